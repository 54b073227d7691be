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
const shopOf = (rank: number, shops: number): number => (rank % 2 === 0 ? 0 : ((rank - 1) / 2) % shops)

/** `SIGNER-SHARD-NUMBER` */
const readNumber = (out_order_no: string) => {
  const [signer = '', shard = '', number = ''] = out_order_no.split('-')
  return { signer, shard: Number(shard), number: Number(number) }
}

export const signerOfGenerated = ({ out_order_no }: { readonly out_order_no: string }): string =>
  readNumber(out_order_no).signer

/**
 * Generated due rows: they are made when a page is read and disappear after their dispatch, so that any number needs no
 * memory. Calls `onTaken` with the place of each row among those of its signer, the oldest of which is 0.
 */
export const generatedDue = (
  signers: readonly PacedSigner[],
  rowsEach: number,
  shops = 1,
  onTaken: (signer: string, rank: number, shop: number) => void = () => undefined,
) => {
  const shardsOf = new Map(signers.map(({ mchid, shards }) => [mchid, shards]))
  const taken = new Map(
    signers.flatMap(({ mchid, shards }) => Array.from({ length: shards }, (_, shard) => [dueKey(mchid, shard), 0])),
  )
  const reads = { queries: 0, pages: 0 }
  let left = signers.length * rowsEach

  const rankOf = (signer: string, shard: number, number: number) => number * (shardsOf.get(signer) ?? 1) + shard
  const countIn = (signer: string, shard: number) => Math.ceil((rowsEach - shard) / (shardsOf.get(signer) ?? 1))

  const page = (key: string, limit: number, from: number): DuePage => {
    // No row is due in the future.
    if (!taken.has(key)) return { rows: [] }
    const [signer = '', name] = key.split('#')
    const shard = Number(name)
    const count = countIn(signer, shard)
    const rows = Array.from({ length: Math.max(0, Math.min(limit, count - from)) }, (_, i) => {
      const rank = rankOf(signer, shard, from + i)
      return {
        pk: `${shopOf(rank, shops)}#${signer}-${shard}-${from + i}`,
        state: 'PENDING' as const,
        next: 'query' as const,
        due_at: FIRST_DUE_AT + rank,
        created_at: FIRST_DUE_AT - 60_000,
      }
    })
    const end = from + rows.length
    return { rows, ...(end < count && { from: { n: { N: String(end) } } }) }
  }

  const ledger: Pick<Ledger, 'due'> = {
    due: async (key, _now, limit, from) => {
      reads.queries += 1
      return page(key, limit, from ? Number(from.n?.N) : (taken.get(key) ?? 0))
    },
  }

  const dueKeys: DispatchDeps['dueKeys'] = async function* () {
    let keys: string[] = []
    const next = () => {
      reads.pages += 1
      return keys.splice(0)
    }
    for (const [key, gone] of taken) {
      const [signer = '', shard] = key.split('#')
      for (let number = gone; number < countIn(signer, Number(shard)); number += 1) {
        keys.push(key)
        if (keys.length === ROWS_OF_A_PAGE) yield next()
      }
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
        const { mchid, out_order_no } = detail as { readonly mchid: string; readonly out_order_no: string }
        const { signer, shard, number } = readNumber(out_order_no)
        const key = dueKey(signer, shard)
        // The earliest row comes first, so a dispatched row is the next one of its shard.
        if (taken.get(key) !== number) throw new Error(`${key} gave ${number}, not ${taken.get(key)}`)
        taken.set(key, number + 1)
        onTaken(signer, rankOf(signer, shard, number), Number(mchid))
      }
      left -= events.length
    },
    left: () => left,
  }
}
