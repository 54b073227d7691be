import { formatChinaTime } from '../../lib/china-time.ts'
import { dayKey, dueKeyOf, type Row } from '../../lib/ledger/row.ts'
import { seededRandom } from '../../lib/local/aws-faults.ts'
import { DAY, HOUR, MINUTE, NOW, ORDER, SECOND } from './orders.ts'
import { MCHID } from './statement-deps.ts'
import { LAST_ERRORS, WORD } from './verdicts.ts'

/** The evening of the day, 22:00 in China. */
export const EVENING = NOW + 11.5 * HOUR

const SHOPS = ['南山店', '福田店', '罗湖店', '宝安店', '龙岗店'] as const

/** What became of an order, whether the POS listed it or not. */
type Fate = 'synced' | 'unknown' | 'double' | 'rejected' | 'held' | 'pending' | 'open' | 'late time' | 'not in list'

/** A busy day of five shops: the list that the POS exports, with typical mistakes, and the ledger in the evening. */
export const statementDay = (orders = 640) => {
  const random = seededRandom(7)
  const rows: Row[] = []
  const lines: string[] = []
  for (let i = 0; i < orders; i += 1) {
    // More orders at noon and in the evening.
    const hour = 8 + (Math.floor(3 + 2.2 * (random() + random() + random()) + (random() < 0.45 ? 5 : 0)) % 14)
    const paidAt = NOW - 10.5 * HOUR + hour * HOUR + Math.floor(random() * 3600) * SECOND
    const shop_id = SHOPS[Math.floor(random() ** 1.5 * SHOPS.length)] ?? '南山店'
    const amount = Math.round(1500 + random() ** 3 * 60_000)
    const out_order_no = `SP20261124${String(i + 1).padStart(5, '0')}`
    const fate = fateOf(i, random())
    const order = { out_order_no, paidAt, shop_id, amount, delay: delayOf(random()) }
    if (fate !== 'unknown') rows.push(rowOf(order, fate))
    if (fate !== 'not in list')
      lines.push(
        [
          out_order_no,
          sheetTime(fate === 'late time' ? paidAt - 47 * MINUTE : paidAt),
          (amount / 100).toFixed(2),
          shop_id,
          `C${1 + (i % 7)}`,
          `R-${8000 + i}`,
        ].join(','),
      )
    if (i === 301) lines.push('1.23457E+14,2026/11/24 19:02:11,128.00,福田店,C2,R-8801')
    if (i === 402) lines.push('SP2026112400900,2026/11/31 20:15:00,56.00,南山店,C3,R-8802')
    if (i === 450) lines.push(lines.at(-3) ?? '')
  }
  const csv = `商户服务订单号,收款成功时间,金额(元),门店,收银员,小票号\r\n${lines.join('\r\n')}\r\n`
  return { rows, csv, lines: lines.length }
}

const FATES: Readonly<Record<number, Fate>> = {
  17: 'double',
  205: 'double',
  88: 'rejected',
  133: 'held',
  250: 'open',
  301: 'late time',
  377: 'late time',
  ...Object.fromEntries([611, 618, 622, 629, 633].map((i) => [i, 'pending' as const])),
  ...Object.fromEntries([190, 431].map((i) => [i, 'not in list' as const])),
}

const fateOf = (i: number, chance: number): Fate => FATES[i] ?? (chance < 0.03 ? 'unknown' : 'synced')

const delayOf = (chance: number): number => {
  if (chance < 0.86) return 1 * SECOND + chance * 20 * SECOND
  if (chance < 0.93) return 3 * MINUTE
  return chance < 0.97 ? 11 * MINUTE : 40 * MINUTE
}

type Paid = {
  readonly out_order_no: string
  readonly paidAt: number
  readonly shop_id: string
  readonly amount: number
  readonly delay: number
}

const rowOf = ({ out_order_no, paidAt, shop_id, amount, delay }: Paid, fate: Fate): Row => {
  const pk = `${MCHID}#${out_order_no}`
  const paid_time = formatChinaTime(paidAt)
  const born = {
    pk,
    attempt: 2,
    call: { ...ORDER.call, order_api: 'payafter-orders' as const, out_order_no, paid_time },
    call_hash: 'a call',
    day: dayKey(pk, paid_time),
    mode: 'check' as const,
    expected_amount: amount,
    shop_id,
    noticed_at: paidAt + 2 * SECOND,
    created_at: paidAt + 2 * SECOND,
    v: 1 as const,
  }
  const word = { ...WORD, sent_at: paidAt + delay }
  const due = { next: 'query' as const, due: dueKeyOf({ pk }), due_at: EVENING + 5 * MINUTE }
  switch (fate) {
    case 'double':
      return {
        ...born,
        state: 'DOUBLE_CHARGED',
        amount,
        transaction_id: `42000004462026112470${out_order_no.slice(-8)}`,
        proof: word,
      }
    case 'rejected':
      return { ...born, state: 'REJECTED', reason: 'invalid', last_error: LAST_ERRORS.invalid }
    case 'held':
      return { ...born, ...due, due_at: EVENING + 1 * DAY, state: 'HELD', reason: 'paid_less' }
    case 'open':
      return { ...born, ...due, state: 'PENDING', last_error: LAST_ERRORS.open }
    case 'pending':
      return { ...born, ...due, state: 'PENDING', last_error: LAST_ERRORS.busy }
    default:
      return { ...born, state: 'SYNCED', receipt: word, proof: word }
  }
}

/** 2026/11/24 9:05:00 */
const sheetTime = (ms: number): string => {
  const [, date = '', hour = '', rest = ''] = /^(\d{8})(\d\d)(\d{4})$/.exec(formatChinaTime(ms)) ?? []
  return `${date.slice(0, 4)}/${date.slice(4, 6)}/${date.slice(6)} ${Number(hour)}:${rest.slice(0, 2)}:${rest.slice(2)}`
}
