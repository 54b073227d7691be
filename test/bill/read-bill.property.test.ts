import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Candidate } from '../../lib/bill/candidate.ts'
import { BANK, type Form, type Line, OPENID, readWhole, sha1, writeBill } from './bill-writer.ts'

const digits = (length: number) => fc.stringMatching(new RegExp(`^[1-9]\\d{${length - 1}}$`))
const orderNumber = fc.stringMatching(/^[0-9A-Za-z_\-|*]{1,32}$/)
const money = fc.oneof(fc.constantFrom(0, 1, 9, 10, 99, 100), fc.integer({ min: 0, max: 999_999_999_999 }))
/** What merchants write, as the bill has it: no backquote after a comma, no end of a line. */
const words = fc.oneof(
  fc.constantFrom('', '房费\\ 押金', 'a,b', '总交易单数', "=1+1'", '`', '\ufeff', '\u2028'),
  fc.base64String(),
)

const attach = fc.oneof(
  fc.tuple(digits(20), orderNumber).map(([order_id, number]) => `wxzff|${order_id}|${number}`),
  fc.constantFrom('', 'wxzff', 'wxzff|1', 'wxzff||R-1', 'wxzff|1|', 'WXZFF|1|R-1', 'wxzff|1|订单', 'other|1|R-1'),
)

const line: fc.Arbitrary<Line> = fc.record({
  time: fc.constantFrom('2026-11-24 00:00:00', '2026-11-24 10:29:59', '2026-11-24  23:59:59'),
  mchid: fc.constantFrom('1900000100', '1900000109'),
  sub_mchid: fc.constantFrom('0', '', '1900000125'),
  transaction_id: digits(28),
  out_trade_no: fc.oneof(orderNumber, fc.constantFrom('', '订单', 'x'.repeat(33))),
  type: fc.constantFrom('AUTH', 'AUTH', 'JSAPI', 'NATIVE', 'APP', 'MICROPAY', 'FACE', ''),
  state: fc.constantFrom('SUCCESS', 'SUCCESS', 'REFUND', 'REVOKED', 'FROZEN', ''),
  refund: fc.tuple(
    fc.oneof(digits(26), fc.constant('0')),
    fc.oneof(fc.stringMatching(/^[0-9A-Za-z_\-|*@]{2,64}$/), fc.constantFrom('0', '', '退1')),
    fc.constantFrom('SUCCESS', 'PROCESSING', 'FAIL', 'CHANGE', ''),
  ),
  attach,
  name: words,
  settled: money,
  ordered: money,
  refunded: money,
  coupon: money,
  asked: money,
  fee: fc.integer({ min: -9_999_999, max: 9_999_999 }),
})

const form: fc.Arbitrary<Form> = fc.record({
  kind: fc.constantFrom('today', 'old'),
  bom: fc.boolean(),
  eol: fc.constantFrom('\r\n', '\n'),
  lastEol: fc.boolean(),
  shuffle: fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 30 }), { minLength: 27, maxLength: 27 })),
})

const bill = fc.record({ lines: fc.array(line, { maxLength: 12 }), form })

/** What must be read of a line, by the words of the format and not by the code. */
const expected = (line: Line, { kind }: Form): readonly Partial<Candidate>[] => {
  const isRefund = line.state === 'REFUND'
  if (!isRefund && line.state !== 'SUCCESS') return []
  const [mark, order_id = '', ...rest] = line.attach.split('|')
  const named = rest.join('|')
  const isNumber = (text: string) => text !== '' && text.length <= 32 && !/[^0-9A-Za-z_|*-]/.test(text)
  const isOrder = line.type === 'AUTH' && mark === 'wxzff' && order_id !== '' && isNumber(named)
  const isHint = line.type === 'JSAPI' && isNumber(line.out_trade_no)
  if (!isOrder && !isHint && !isRefund) return []
  const [refund_id, out_refund_no, refund_state] = line.refund
  const amount = kind === 'old' ? [line.settled, line.refunded] : [line.ordered, line.asked]
  return [
    {
      ...(isOrder && { by: 'order', out_order_no: named, order_id }),
      ...(isHint && { by: 'hint', out_order_no: line.out_trade_no }),
      ...(!isOrder && !isHint && { by: 'transaction' }),
      mchid: line.sub_mchid === '0' || line.sub_mchid === '' ? line.mchid : line.sub_mchid,
      transaction_id: line.transaction_id,
      time: line.time.replaceAll(/\D/g, ''),
      amount: amount[isRefund ? 1 : 0] ?? -1,
      kind: isRefund ? 'refund' : 'charge',
      ...(isRefund && { refund_state }),
      ...(isRefund && !['0', '', '退1'].includes(out_refund_no) && { out_refund_no }),
      ...(isRefund && refund_id !== '0' && { refund_id }),
    },
  ]
}

it('reads back exactly what was written, in whatever form, packing and pieces', async () => {
  await fc.assert(
    fc.asyncProperty(bill, fc.boolean(), fc.integer({ min: 1, max: 3000 }), async ({ lines, form }, isPacked, size) => {
      const text = writeBill(lines, form)

      const { reading, candidates, spool } = await readWhole(isPacked ? gzipSync(text) : text, sha1(text), size)

      if (!reading.agreed) throw new Error(JSON.stringify(reading.refusal))
      expect(candidates).toEqual(lines.flatMap((one) => expected(one, form)))
      const sum = (of: (one: Line) => number) => lines.reduce((total, one) => total + of(one), 0)
      expect(reading.bill).toMatchObject({ rows: lines.length, sums: { settled: sum((one) => one.settled) } })
      expect(Object.values(reading.bill.counts).reduce((total, count) => total + count, 0)).toBe(lines.length)
      expect(spool.includes(OPENID) || spool.includes(BANK)).toBe(false)
    }),
    { numRuns: 400 },
  )
})

const damage = fc.oneof(
  fc.record({ kind: fc.constant('cut'), at: fc.nat() }),
  fc.record({ kind: fc.constant('flip'), at: fc.nat(), bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('swap'), at: fc.nat(), with: fc.nat() }),
  fc.record({ kind: fc.constant('drop'), at: fc.nat() }),
  fc.record({ kind: fc.constant('double'), at: fc.nat() }),
)
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never

const damaged = (bytes: Buffer, done: Damage): Buffer => {
  if (done.kind === 'cut') return bytes.subarray(0, done.at % bytes.length)
  if ('bit' in done) {
    const copy = Buffer.from(bytes)
    const at = done.at % copy.length
    copy[at] = (copy[at] ?? 0) ^ (1 << done.bit)
    return copy
  }
  const lines = bytes.toString().split(/(?<=\n)/)
  const at = done.at % lines.length
  const line = lines[at] ?? ''
  if ('with' in done) {
    const other = done.with % lines.length
    lines[at] = lines[other] ?? ''
    lines[other] = line
  } else lines.splice(at, 1, ...(done.kind === 'drop' ? [] : [line, line]))
  return Buffer.from(lines.join(''))
}

it('refuses any damage by the hash, packed or not, and gives nothing to act on', async () => {
  await fc.assert(
    fc.asyncProperty(bill, damage, fc.boolean(), async ({ lines, form }, done, isPacked) => {
      const text = writeBill(lines, form)
      const other = damaged(text, done)
      fc.pre(!other.equals(text))

      const { reading, candidates } = await readWhole(isPacked ? gzipSync(other) : other, sha1(text))

      expect(reading).toEqual({ agreed: false, refusal: { reason: 'hash' } })
      expect(candidates).toBeUndefined()
    }),
    { numRuns: 400 },
  )
})

it('refuses packed bytes that were damaged, unless the text came out whole', async () => {
  await fc.assert(
    fc.asyncProperty(bill, fc.nat(), fc.nat({ max: 7 }), fc.boolean(), async ({ lines, form }, at, bit, isCut) => {
      const text = writeBill(lines, form)
      const done: Damage = isCut ? { kind: 'cut', at } : { kind: 'flip', at, bit }

      const { reading } = await readWhole(damaged(gzipSync(text), done), sha1(text))

      // The time and the system in a packing's head are of no account.
      if (reading.agreed) expect(isCut).toBe(false)
      else expect(['packed', 'hash']).toContain(reading.refusal.reason)
    }),
    { numRuns: 400 },
  )
})

it('refuses by name a bill whose lines do not come to its summary, though its hash is right', async () => {
  await fc.assert(
    fc.asyncProperty(bill, line, fc.nat(), async ({ lines, form }, more, at) => {
      const whole = writeBill(lines, form).toString()
      const other = writeBill(
        [...lines.slice(0, at % (lines.length + 1)), more, ...lines.slice(at % (lines.length + 1))],
        form,
      )
      const sums = (text: string) => text.trimEnd().split('\n').slice(-1)[0] ?? ''
      const text = other.toString().replace(sums(other.toString()), () => sums(whole))

      const { reading } = await readWhole(Buffer.from(text))

      expect(reading).toEqual({ agreed: false, refusal: { reason: 'count' } })
    }),
    { numRuns: 200 },
  )
})

it('refuses by name a bill with one sum changed, though its hash is right', async () => {
  const of = (kind: Form['kind']) => fc.constantFrom(...(kind === 'old' ? [1, 2, 3, 4] : [1, 2, 3, 4, 5, 6]))
  await fc.assert(
    fc.asyncProperty(
      bill.chain(({ lines, form }) =>
        fc.record({ lines: fc.constant(lines), form: fc.constant({ ...form, shuffle: [] }), which: of(form.kind) }),
      ),
      async ({ lines, form, which }) => {
        const text = writeBill(lines, form).toString().trimEnd().split('\n')
        const sums = (text.pop() ?? '').split(',')
        sums[which] = sums[which]?.endsWith('1')
          ? sums[which].replace(/1$/, '2')
          : String(sums[which]).replace(/.$/, '1')

        const { reading } = await readWhole(Buffer.from([...text, sums.join(',')].join('\n')))

        expect(reading).toMatchObject({ agreed: false, refusal: { reason: 'sum' } })
      },
    ),
    { numRuns: 200 },
  )
})
