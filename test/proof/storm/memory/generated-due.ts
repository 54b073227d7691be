import type { BusEvent } from '../../../../lib/aws/event-bus.ts'
import type { DuePage, Ledger } from '../../../../lib/aws/ledger.ts'
import type { PacedSigner } from '../../../../lib/config/served.ts'
import { dueKey } from '../../../../lib/ledger/row.ts'
import type { DispatchDeps } from '../../../../lib/operations/dispatch-due.ts'

/** They became due long ago, one millisecond after the other. */
const FIRST_DUE_AT = 1_795_449_600_000
/** How many rows 1 MB of the index has. */
const ROWS_OF_A_PAGE = 8_000

/** The number of the shop that a row is of, from its place among the rows of its signer. Shop 0 has every second row. */
export const shopOf = (rank: number, shops: number): number => (rank % 2 === 0 ? 0 : ((rank - 1) / 2) % shops)

type ShardRows = { readonly isTaken: Uint8Array; first: number; left: number }

const newShard = (count: number): ShardRows => ({ isTaken: new Uint8Array(count), first: 0, left: count })

/** `SIGNER-SHARD-NUMBER` */
const readNumber = (out_order_no: string) => {
  const [signer = '', shard = '', number = ''] = out_order_no.split('-')
  return { signer, shard: Number(shard), number: Number(number) }
}

export const signerOfGenerated = ({ out_order_no }: { readonly out_order_no: string }): string =>
  readNumber(out_order_no).signer

/**
 * Generated due rows: they are made when a page is read and disappear after their dispatch, so that a row needs one byte of
 * memory. Of one shop alone they are the signer's own: a direct merchant. Calls `onTaken` with the place of each row among those of its signer, the oldest of which is 0.
 */
export const generatedDue = (
  signers: readonly PacedSigner[],
  rowsEach: number,
  shops = 1,
  onTaken: (signer: string, rank: number, shop: number) => void = () => undefined,
) => {
  const shardsOf = new Map(signers.map(({ mchid, shards }) => [mchid, shards]))
  const rankOf = (signer: string, shard: number, number: number) => number * (shardsOf.get(signer) ?? 1) + shard
  const countIn = (signer: string, shard: number) => Math.ceil((rowsEach - shard) / (shardsOf.get(signer) ?? 1))
  const shardRows = new Map(
    signers.flatMap(({ mchid, shards }) =>
      Array.from({ length: shards }, (_, shard) => {
        const count = countIn(mchid, shard)
        return [dueKey(mchid, shard), newShard(count)] as const
      }),
    ),
  )
  const reads = { queries: 0, pages: 0 }
  let left = signers.length * rowsEach

  const page = (key: string, limit: number, from: number): DuePage => {
    const rows: DuePage['rows'][number][] = []
    const shardOf = shardRows.get(key)
    // No row is due in the future.
    if (!shardOf) return { rows }
    const [signer = '', name] = key.split('#')
    const shard = Number(name)
    let at = Math.max(from, shardOf.first)
    for (; at < shardOf.isTaken.length && rows.length < limit; at += 1)
      if (shardOf.isTaken[at] === 0) rows.push(rowAt(signer, shard, at))
    return { rows, ...(at < shardOf.isTaken.length && { from: { n: { N: String(at) } } }) }
  }

  const rowAt = (signer: string, shard: number, number: number) => {
    const rank = rankOf(signer, shard, number)
    const shop = shopOf(rank, shops)
    return {
      pk: `${shops === 1 ? signer : shop}#${signer}-${shard}-${number}`,
      state: 'PENDING' as const,
      next: 'query' as const,
      due_at: FIRST_DUE_AT + rank,
      created_at: FIRST_DUE_AT - 60_000,
    }
  }

  const ledger: Pick<Ledger, 'due'> = {
    due: async (key, _now, limit, from) => {
      reads.queries += 1
      return page(key, limit, Number(from?.n?.N ?? 0))
    },
  }

  const dueKeys: DispatchDeps['dueKeys'] = async function* () {
    let keys: string[] = []
    const next = () => {
      reads.pages += 1
      return keys.splice(0)
    }
    for (const [key, { left: due }] of shardRows)
      for (let row = 0; row < due; row += 1) {
        keys.push(key)
        if (keys.length === ROWS_OF_A_PAGE) yield next()
      }
    yield next()
    keys = []
  }

  return {
    ledger,
    dueKeys,
    /** How often the index was asked for a key, and how many pages of it were read as a whole. */
    reads,
    /** Takes the due events that a bus receives. Their rows are no longer due. */
    take: (events: readonly BusEvent[]): void => {
      for (const { detail } of events) {
        const { signer, shard, number } = readNumber((detail as { readonly out_order_no: string }).out_order_no)
        const shardOf = shardRows.get(dueKey(signer, shard))
        if (shardOf?.isTaken[number] !== 0) throw new Error(`row ${number} of ${signer} was taken before`)
        shardOf.isTaken[number] = 1
        shardOf.left -= 1
        while (shardOf.isTaken[shardOf.first] === 1) shardOf.first += 1
        const rank = rankOf(signer, shard, number)
        onTaken(signer, rank, shopOf(rank, shops))
      }
      left -= events.length
    },
    left: () => left,
  }
}
