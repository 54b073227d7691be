import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readBill } from '../../lib/bill/read-bill.ts'
import { candidatesOf, HEADERS, LARGE, pieces, readWhole, sha1 } from './bill-writer.ts'

const AUTH =
  '`2026-11-24 10:29:59,`wxd678efh567hg6787,`1900000100,`1900000109,`,`4200002601202611240000000001,`1234567890,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`AUTH,`SUCCESS,`PAB_DEBIT,`CNY,`38.00,`1.00,`0,`0,`0.00,`0.00,`,`,`\u623f\u8d39\\ \u62bc\u91d1,`wxzff|15646546545165651651|R|7|2,`0.23400,`0.60%,`39.00,`0.00,`'
const BY_HAND =
  '`2026-11-24 10:30:00,`wxd678efh567hg6787,`1900000100,`0,`,`4200002601202611240000000002,`R-8,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`JSAPI,`SUCCESS,`OTHERS,`CNY,`0.10,`0.00,`0,`0,`0.00,`0.00,`,`,`a,b,`,`0.00000,`0.60%,`0.10,`0.00,`'
const BACK =
  '`2026-11-24 11:00:00,`wxd678efh567hg6787,`1900000100,`1900000109,`,`4200002601202611230000000003,`1234567891,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`AUTH,`REFUND,`PAB_DEBIT,`CNY,`0.00,`0.00,`50303108562026112416012874,`REF|1@shop,`19.00,`0.00,`ORIGINAL,`PROCESSING,`\u623f\u8d39,`wxzff|15646546545165651652|R-6,`-0.11400,`0.60%,`0.00,`19.50,`'
const BACK_OF_OTHERS =
  '`2026-11-24 11:30:00,`wxd678efh567hg6787,`1900000100,`,`,`4200002601202611230000000004,`N-1,`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50303108562026112416012875,`REF-2,`0.05,`0.00,`ORIGINAL,`SUCCESS,`,`,`0.00000,`0.60%,`0.00,`0.05,`'
const NATIVE = AUTH.replace('`AUTH', '`NATIVE').replace('0001,', '0005,')
const OTHER_DEBIT = AUTH.replace('wxzff|', 'other|').replace('0001,', '0006,')
const REVOKED = AUTH.replace('`SUCCESS', '`REVOKED').replace('0001,', '0007,')
const UNHEARD_OF = AUTH.replace('`SUCCESS', '`FROZEN').replace('0001,', '0008,')

const [HEADER, SUMMARY] = HEADERS.today
const SUMS = '`8,`190.10,`19.05,`0.00,`1.05600,`195.10,`19.55'

const whole = (...lines: readonly string[]) => `\ufeff${lines.join('\r\n')}\r\n`
const GOOD = whole(
  ...[HEADER, AUTH, BY_HAND, BACK, BACK_OF_OTHERS, NATIVE, OTHER_DEBIT, REVOKED, UNHEARD_OF],
  ...[SUMMARY, SUMS],
)

const read = (text: string | Uint8Array, hash?: string, size?: number) => readWhole(Buffer.from(text), hash, size)

const CANDIDATES = [
  {
    by: 'order',
    out_order_no: 'R|7|2',
    order_id: '15646546545165651651',
    mchid: '1900000109',
    transaction_id: '4200002601202611240000000001',
    time: '20261124102959',
    amount: 3900,
    kind: 'charge',
  },
  {
    by: 'hint',
    out_order_no: 'R-8',
    mchid: '1900000100',
    transaction_id: '4200002601202611240000000002',
    time: '20261124103000',
    amount: 10,
    kind: 'charge',
  },
  {
    by: 'order',
    out_order_no: 'R-6',
    order_id: '15646546545165651652',
    mchid: '1900000109',
    transaction_id: '4200002601202611230000000003',
    time: '20261124110000',
    amount: 1950,
    kind: 'refund',
    out_refund_no: 'REF|1@shop',
    refund_id: '50303108562026112416012874',
    refund_state: 'PROCESSING',
  },
  {
    by: 'transaction',
    mchid: '1900000100',
    transaction_id: '4200002601202611230000000004',
    time: '20261124113000',
    amount: 5,
    kind: 'refund',
    out_refund_no: 'REF-2',
    refund_id: '50303108562026112416012875',
    refund_state: 'SUCCESS',
  },
]

describe('a trade bill', () => {
  it('gives debits by the data packet, payments by hand by their number, and every refund', async () => {
    const { reading, candidates } = await read(GOOD)

    expect(reading).toMatchObject({
      agreed: true,
      bill: {
        rows: 8,
        counts: { order: 1, hint: 1, refund: 2, revoked: 1, other: 2, unknown: 1 },
        sums: { settled: 19010, refunded: 1905, coupon_refunded: 0, ordered: 19510, refund_asked: 1955 },
      },
    })
    expect(candidates).toEqual(CANDIDATES)
  })

  it('leaves neither openid nor bank nor what was bought in the spool', async () => {
    const { spool } = await read(GOOD)

    expect(spool).not.toMatch(/oUpF8uMuAJO|PAB_DEBIT|OTHERS|房费|wxd678/)
  })

  it('is read the same whatever pieces it comes in, packed or not', async () => {
    const first = await read(GOOD)

    for (const size of [1, 2, 3, 7, 100, 1000])
      for (const bytes of [Buffer.from(GOOD), gzipSync(GOOD)])
        expect(await read(bytes, sha1(GOOD), size)).toEqual(first)
  })

  it('may come without a mark, with LF alone, and without an end of its last line', async () => {
    const text = GOOD.slice(1).replaceAll('\r\n', '\n').slice(0, -1)

    expect((await read(text)).candidates).toEqual(CANDIDATES)
  })

  it('of old has other columns, fewer sums and no amount before coupons', async () => {
    const [header, summary] = HEADERS.old
    const short = (line: string) => line.split(',`').slice(0, 24).join(',`')
    const lines = [AUTH, BY_HAND, BACK, BACK_OF_OTHERS].map(short)
    const text = whole(header, ...lines, summary, '`4.0,`38.1,`19.05,`0,`0.12')

    const { reading, candidates } = await read(text)

    expect(reading).toMatchObject({
      bill: { rows: 4, sums: { settled: 3810, refunded: 1905, coupon_refunded: 0 } },
    })
    expect(candidates?.map(({ amount }) => amount)).toEqual([3800, 10, 1900, 5])
  })

  it('of coupons has its own names for the same columns', async () => {
    const [header, summary] = HEADERS.old
    const of = (text: string) =>
      text.replace('企业红包金额', '代金券或立减优惠金额').replace('企业红包退款', '代金券或立减优惠退款')
    const text = whole(of(header), of(summary), '`0,`0.00,`0.00,`0.00,`0.00000')

    expect((await read(text)).reading).toMatchObject({ agreed: true, bill: { rows: 0 } })
  })

  it('of a direct merchant may lack the column of sub-merchants', async () => {
    const without = (line: string, by: string) => line.split(by).toSpliced(3, 1).join(by)
    const text = whole(without(HEADER, ','), without(AUTH, ',`'), SUMMARY, '`1,`38,`0,`0,`0.234,`39,`0')

    expect((await read(text)).candidates).toMatchObject([{ mchid: '1900000100' }])
  })

  it.each<[string, string, object, string?]>([
    ['has another hash', GOOD, { reason: 'hash' }, sha1(`${GOOD} `)],
    ['is empty', '', { reason: 'no_summary' }],
    ['ends after its rows', whole(HEADER, AUTH), { reason: 'no_summary' }],
    ['ends within its summary', whole(HEADER, AUTH, SUMMARY), { reason: 'no_summary' }],
    ['is no bill', '{"code":"SYSTEM_ERROR"}', { reason: 'header', line: 1, column: '交易时间' }],
    ['lacks a column', GOOD.replace('商户数据包', '附加数据'), { reason: 'header', line: 1, column: '商户数据包' }],
    ['has a column twice', GOOD.replace('设备号', '商户号'), { reason: 'header', line: 1, column: '商户号' }],
    [
      'has a column by both names',
      GOOD.replace('设备号', '总金额'),
      { reason: 'header', line: 1, column: '应结订单金额' },
    ],
    [
      'has sub-merchants twice',
      GOOD.replace('设备号', '子商户号'),
      { reason: 'header', line: 1, column: '特约商户号' },
    ],
    ['lacks fees', GOOD.replace('手续费', '费用'), { reason: 'header', line: 1, column: '手续费' }],
    ['has a line too short', GOOD.replace('`PAB_DEBIT,', ''), { reason: 'row', line: 2 }],
    ['has a line too long', GOOD.replace('`PAB_DEBIT', '`PAB,`DEBIT'), { reason: 'row', line: 2 }],
    ['has no sum in its place', GOOD.replace('`38.00', '`CNY'), { reason: 'row', line: 2, column: '应结订单金额' }],
    ['has parts of a fen', GOOD.replace('`38.00', '`38.001'), { reason: 'row', line: 2, column: '应结订单金额' }],
    [
      'has a number spoilt',
      GOOD.replace('4200002601202611240000000001', '4.20E+27'),
      { reason: 'row', line: 2, column: '微信订单号' },
    ],
    [
      'has another time',
      GOOD.replace('2026-11-24 10:29:59', '2026/11/24 10:29'),
      { reason: 'row', line: 2, column: '交易时间' },
    ],
    ['has no merchant', GOOD.replace('`1900000100,`1900000109', '`,`0'), { reason: 'row', line: 2, column: '商户号' }],
    [
      'has a summary without its count',
      GOOD.replace('总交易单数', '单数'),
      { reason: 'summary', line: 10, column: '总交易单数' },
    ],
    ['lacks a sum', GOOD.replace('订单总金额,申', '总计,申'), { reason: 'summary', line: 10, column: '订单总金额' }],
    [
      'has a sum without its column',
      GOOD.replace(',订单金额,', ',总计,'),
      { reason: 'summary', line: 10, column: '订单总金额' },
    ],
    [
      'has a sum twice',
      GOOD.replace('退款总金额,充', '手续费总金额,充'),
      { reason: 'summary', line: 10, column: '退款总金额' },
    ],
    ['has sums that are none', GOOD.replace('`195.10', '`-'), { reason: 'summary', line: 11 }],
    ['has a count that is none', GOOD.replace('`8,', '`8.5,'), { reason: 'summary', line: 11 }],
    ['has more sums than titles', GOOD.replace('`8,', '`8,`1,'), { reason: 'summary', line: 11 }],
    ['has sums without backquotes', GOOD.replace('`8,', '8,'), { reason: 'summary', line: 11 }],
    ['has a line after its summary', whole(GOOD.slice(1, -2), AUTH), { reason: 'after_summary', line: 12 }],
    ['has two summaries', GOOD + GOOD.slice(GOOD.indexOf(SUMMARY)), { reason: 'after_summary', line: 12 }],
    ['counts one line more', GOOD.replace('`8,', '`9,'), { reason: 'count' }],
    ['lacks a line', GOOD.replace(`${REVOKED}\r\n`, ''), { reason: 'count' }],
    ['has another sum', GOOD.replace('`190.10', '`190.11'), { reason: 'sum', column: '应结订单金额' }],
    ['has another sum of refunds', GOOD.replace('`19.05', '`19.06'), { reason: 'sum', column: '退款金额' }],
    [
      'has another sum of coupons',
      GOOD.replace('`0.00,`1.05', '`0.01,`1.05'),
      { reason: 'sum', column: '充值券退款金额' },
    ],
    ['has another sum of fees', GOOD.replace('`1.05600', '`1.05601'), { reason: 'sum', column: '手续费' }],
    ['has another sum of orders', GOOD.replace('`195.10', '`195.00'), { reason: 'sum', column: '订单金额' }],
    ['has another sum asked back', GOOD.replace('`19.55', '`19.54'), { reason: 'sum', column: '申请退款金额' }],
    ['has a line without an end', whole(HEADER, `\`${'9'.repeat(100_000)}`), { reason: 'line_too_long', line: 2 }],
  ])('that %s is refused by name', async (_, text, refusal, hash) => {
    const { reading } = await read(text, hash)

    expect(reading).toEqual({ agreed: false, refusal })
    // However it comes.
    expect((await read(text, hash, 1000)).reading).toEqual(reading)
  })

  it('that is no UTF-8 is refused', async () => {
    const bytes = Buffer.from(GOOD)
    bytes[bytes.indexOf('房费')] = 0xff

    expect((await read(bytes)).reading).toEqual({ agreed: false, refusal: { reason: 'encoding' } })
  })

  it('that was damaged is told from one that cannot be read', async () => {
    const damaged = GOOD.replace('`PAB_DEBIT,', '')

    expect((await read(damaged, sha1(GOOD))).reading).toEqual({ agreed: false, refusal: { reason: 'hash' } })
  })

  it('spools nothing after a line that cannot be read', async () => {
    const { spool } = await read(GOOD.replace('`38.00', '`CNY'), undefined, 100)

    expect(spool).toBe('')
  })

  it.each([
    ['is cut', gzipSync(GOOD).subarray(0, -20)],
    ['is damaged', Buffer.concat([gzipSync(GOOD).subarray(0, 40), Buffer.alloc(400)])],
  ])('whose packing %s is refused', async (_, bytes) => {
    expect((await read(bytes, sha1(GOOD))).reading).toEqual({ agreed: false, refusal: { reason: 'packed' } })
  })

  it('that unpacks to more than is allowed is refused before it is read whole', async () => {
    let given = 0
    const packed = gzipSync(Buffer.alloc(100_000_000, '9'))
    const source = Readable.from(
      (async function* () {
        for (let at = 0; at < packed.length; at += 1000) {
          given += 1
          yield packed.subarray(at, at + 1000)
        }
      })(),
    )

    const reading = await readBill(source, { sha1: sha1(''), maxBytes: 1_000_000 }, () => undefined)

    expect(reading).toEqual({ agreed: false, refusal: { reason: 'too_large' } })
    expect(given).toBeLessThan(packed.length / 1000)
    await expect.poll(() => source.destroyed).toBe(true)
  })

  it.each([
    ['as text', Buffer.from(GOOD)],
    ['packed', gzipSync(GOOD)],
  ])('whose stream breaks %s is lost', async (_, bytes) => {
    const source = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 100)
        throw new Error('socket hang up')
      })(),
    )

    const reading = await readBill(source, { sha1: sha1(GOOD), maxBytes: LARGE }, () => undefined)

    expect(reading).toEqual({ agreed: false, refusal: { reason: 'lost' } })
  })

  it('closes its stream and throws what the spool throws', async () => {
    const source = pieces(Buffer.from(GOOD), 100)

    const reading = readBill(source, { sha1: sha1(GOOD), maxBytes: LARGE }, () =>
      Promise.reject(new Error('disk full')),
    )

    await expect(reading).rejects.toThrow('disk full')
    await expect.poll(() => source.destroyed).toBe(true)
  })
})

describe('a spool', () => {
  it.each([
    ['is cut at a line', (spool: string) => spool.slice(0, spool.lastIndexOf('\n', spool.length - 2) + 1)],
    ['is cut in a line', (spool: string) => spool.slice(0, -3)],
    ['was altered', (spool: string) => spool.replace('R-8', 'R-9')],
    ['is another bill’s', () => ''],
  ])('that %s is no bill’s', async (_, altered) => {
    const { reading, spool } = await read(GOOD)
    if (!reading.agreed) throw new Error('it agrees')

    const candidates = candidatesOf(reading.bill, altered(spool))

    await expect(candidates).rejects.toThrow('this is not what was spooled of the bill')
  })
})
