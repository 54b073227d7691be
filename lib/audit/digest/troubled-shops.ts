import type { LedgerReader } from '../../aws/ledger-reader.ts'
import { READ_BATCH } from '../../aws/ledger-reader.ts'
import { type Advice, adviceOf } from '../../ledger/advice.ts'
import { type BookRow, everyWaitsKey, readRowKey } from '../../ledger/row.ts'
import { isSubMerchantsTrouble } from '../../ledger/sub-merchant-trouble.ts'
import { waitsForOperator } from '../../ledger/transitions/waiting-index.ts'
import { TURNS } from '../../ledger/whose-turn.ts'
import { type Column, CSV_BEGIN, headerOf, rowOf } from '../../statements/report/report-csv.ts'

/** A sub-merchant whose orders WeChat Pay refuses, or does not know. */
export type TroubledShop = {
  readonly provider: string
  readonly mchid: string
  readonly orders: number
  /** Days since the notice of the oldest of these orders. */
  readonly days: number
  /** What its oldest order says. */
  readonly advice: Advice
}

/** Orders of one provider that are looked at. More of them would not tell more shops than a person can see to. */
const READ_MOST = 50_000
const DAY = 86_400_000

type Deps = { readonly reader: Pick<LedgerReader, 'waiting' | 'readMany'>; readonly now: () => number }

/**
 * The sub-merchants of a provider in trouble, by the index of what waits for a person: those with most orders first. An
 * order that has ended is told once, in the mail of that day.
 * @param since ms: what ended before was told by an earlier mail
 */
export const readTroubledShops = async (
  provider: string,
  since: number,
  { reader, now }: Deps,
): Promise<readonly TroubledShop[]> => {
  const shops = new Map<string, { orders: number; first: BookRow }>()
  const add = (row: BookRow): void => {
    const { mchid } = readRowKey(row.pk)
    const { orders, first } = shops.get(mchid) ?? { orders: 0, first: row }
    shops.set(mchid, { orders: orders + 1, first: row.created_at < first.created_at ? row : first })
  }
  for await (const pks of waitingOf(provider, reader))
    for (const row of (await reader.readMany(pks)).values()) if (isTold(row, since)) add(row)
  return [...shops]
    .map(([mchid, { orders, first }]) => ({
      provider,
      mchid,
      orders,
      days: Math.floor((now() - first.created_at) / DAY),
      advice: adviceOf(first),
    }))
    .sort((a, b) => b.orders - a.orders || (a.mchid < b.mchid ? -1 : 1))
}

const isTold = (row: BookRow, since: number): boolean =>
  waitsForOperator(row) && isSubMerchantsTrouble(row) && (row.state === 'PENDING' || (row.last_error?.at ?? 0) >= since)

const waitingOf = async function* (provider: string, reader: Deps['reader']): AsyncGenerator<readonly string[]> {
  let left = READ_MOST
  for (const key of everyWaitsKey(provider))
    for await (const page of reader.waiting(key))
      for (let at = 0; at < page.length && left > 0; at += READ_BATCH) {
        const some = page.slice(at, at + READ_BATCH)
        left -= some.length
        yield some
      }
}

/** `cases/PROVIDER/DAY-sub-merchants.csv` */
export const troubledShopsKey = (provider: string, day: string): string => `cases/${provider}/${day}-sub-merchants.csv`

/** All of them for a spreadsheet. */
export const troubledShopsTable = (shops: readonly TroubledShop[]): string =>
  [CSV_BEGIN, headerOf(COLUMNS), ...shops.map((shop) => rowOf(COLUMNS, shop))].join('')

const COLUMNS: readonly Column<TroubledShop>[] = [
  ['服务商商户号', 'provider', ({ provider }) => provider],
  ['特约商户号', 'sub_mchid', ({ mchid }) => mchid],
  ['订单数', 'orders', ({ orders }) => orders],
  ['天数', 'days', ({ days }) => days],
  ['含义', 'meaning_zh', ({ advice }) => advice.zh.meaning],
  ['由谁处理', 'turn', ({ advice }) => `${TURNS[advice.turn].zh} ${TURNS[advice.turn].en}`],
  ['下一步', 'next_step_zh', ({ advice }) => advice.zh.next],
  ['', 'meaning', ({ advice }) => advice.en.meaning],
  ['', 'next_step', ({ advice }) => advice.en.next],
]
