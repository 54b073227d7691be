import { HOUR } from '../../../support/orders.ts'
import { DIRECT } from '../../../support/served.ts'
import { promised, type Say, type Verdict } from '../scenario.ts'
import { type BillDay, MIX, startBillDay } from './day.ts'

const MOST_GROWTH = 1.1
const GROUPS = 40
/**
 * A heap of twice what the function holds, and one arena: V8 lets garbage lie as long as there is room, and malloc keeps for
 * each thread the room that it once took. What is resident is then what is held; a leak would end the process.
 */
const HEAP = { NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=32', MALLOC_ARENA_MAX: '1' }
const SAMPLE_MS = 50

/**
 * A bill of a tenth of the rows through the built function, then the whole in the same process, whose memory is measured
 * all the time. A tenth of one run would be of a process that is not warm yet, and that has not compared anything.
 */
export const readLargeBill = async (rows: number, say: Say): Promise<Verdict> => {
  const day = await startBillDay({ rows: Math.ceil(rows / 10), groups: GROUPS, env: HEAP })
  try {
    const tenth = await measured(day, false)
    say(`  a tenth: ${tenth.bill?.rows} rows in ${tenth.seconds.toFixed(1)} s, at most ${inMb(tenth.peak)}`)
    await day.world.pass(HOUR / 2)
    // Once more, since the first one also started the process.
    const warm = await measured(day, true)
    const peak = Math.max(tenth.peak, warm.peak)
    say(`  once more: at most ${inMb(warm.peak)}`)
    day.world.wechatpay.padBill(rows, MIX)
    day.world.wechatpay.makeBill(DIRECT.mchid, day.day)
    const whole = await measured(day, true)
    const growth = whole.peak / peak
    const added = rows - Math.ceil(rows / 10)
    return {
      promises: [
        promised('the most resident memory with the whole bill is at most 1.1 times that with a tenth of it', [
          growth <= MOST_GROWTH ? undefined : `${growth.toFixed(2)} times`,
        ]),
        promised('every row of the bill is read, and its orders are found', [
          tenth.error,
          whole.error,
          tenth.bill?.rows === day.rows ? undefined : `${tenth.bill?.rows} rows, not ${day.rows}`,
          whole.bill?.rows === day.rows + added ? undefined : `${whole.bill?.rows} rows, not ${day.rows + added}`,
          ...Object.entries(EXPECTED).map(([name, each]) =>
            tenth.bill?.classes?.[name] === each * GROUPS ? undefined : `${name}: ${tenth.bill?.classes?.[name]}`,
          ),
        ]),
      ],
      figures: {
        rows: whole.bill?.rows ?? 0,
        'bytes of text': whole.bytes,
        'seconds, comparing included': whole.seconds.toFixed(1),
        'rows a second while they are read': Math.round((whole.bill?.rows ?? 0) / whole.readSeconds),
        'lines that may concern an order, compared a second': Math.round(
          candidatesIn(whole.bill) / (whole.seconds - whole.readSeconds),
        ),
        'most resident memory with a tenth': inMb(peak),
        'with the whole': inMb(whole.peak),
        'times that': growth.toFixed(3),
      },
      details: { 'lines by kind': whole.bill?.lines ?? {}, 'lines by class': whole.bill?.classes ?? {} },
    }
  } finally {
    await day.close()
  }
}

const measured = async (day: BillDay, again: boolean) => {
  const { world } = day
  let [bytes, peak, beganAt, readAt] = [0, 0, 0, 0]
  world.wechatpay.paceBill((sent) => {
    bytes = sent
    readAt = performance.now()
    if (sent === 0) beganAt = readAt
    return undefined
  })
  const timer = setInterval(() => {
    peak = Math.max(peak, ...world.lambdas.audit.rssBytes())
  }, SAMPLE_MS)
  const startedAt = performance.now()
  const { result, error } = await day.audit(again)
  const seconds = (performance.now() - startedAt) / 1000
  clearInterval(timer)
  const [bill] = (result as { readonly bills: readonly Bill[] } | undefined)?.bills ?? [] // the function's own answer
  return { bill, bytes, peak, seconds, readSeconds: (readAt - beganAt) / 1000, error: error?.errorMessage }
}

/** What is in the function's answer about a bill. */
type Bill = {
  readonly rows?: number
  readonly lines?: Readonly<Record<string, number>>
  readonly classes?: Readonly<Record<string, number>>
}

const candidatesIn = (bill: Bill | undefined): number =>
  ['order', 'hint', 'refund'].reduce((sum, name) => sum + (bill?.lines?.[name] ?? 0), 0)

/** Lines of each group of orders by class, in the first run. */
const EXPECTED = {
  charged_after_sync: 3, // CHARGED, HAND, and QUIET by its number alone
  charged_after_end: 1,
  charged_while_open: 1,
  numbered: 1,
  refunded: 1,
  known: 1,
} as const

const inMb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
