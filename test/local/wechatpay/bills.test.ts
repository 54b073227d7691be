import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { BillFault } from '../../../lib/local/wechatpay/bills.ts'
import { FAULTS_AFTER, FAULTS_BEFORE, type FaultName } from '../../../lib/local/wechatpay/faults.ts'
import { downloadVerdict } from '../../../lib/wechatpay/bill-api.ts'
import { readSignedPlace } from '../../../lib/wechatpay/origin.ts'
import { HEADERS } from '../../bill/bill-writer.ts'
import { type BillScene, DAY_MS, fetchBill, placeOf, readBillOf, readFetched, startBillScene } from './bill-client.ts'
import {
  addOrder,
  DIRECT,
  honestRequest,
  honestSync,
  INSTITUTION,
  isSignedBy,
  NOW,
  PROVIDER,
  refusalOf,
  SUB_MCHID,
} from './test-client.ts'

/** Those that any answer can have. */
const FAULTS = [...Object.keys(FAULTS_BEFORE), ...Object.keys(FAULTS_AFTER), 'late-request'] as FaultName[]

const DAY = 'bill_date=2026-11-24&bill_type=ALL&tar_type=GZIP'

let scene: BillScene
beforeEach(async () => {
  scene = await startBillScene()
})
afterEach(() => scene.world.close())

const ordinary = (out_trade_no = 'SHOP-1') =>
  scene.world.ordinaryPayment({ mchid: DIRECT.mchid, out_trade_no, amount: 100 })

/** The next day at the same hour, 10:30 in China. */
const nextDay = () => scene.setNow(NOW + DAY_MS)

const textOf = async (query: string, signer = DIRECT) => {
  const { download_url } = placeOf(await scene.askBill(query, signer))
  const bytes = Buffer.from(await (await fetchBill(scene, download_url, signer)).arrayBuffer())
  return (query.includes('GZIP') ? gunzipSync(bytes) : bytes).toString()
}

describe('a request for a trade bill', () => {
  it('names the origin by which WeChat Pay is called, where something stands before it', async () => {
    const called = await startBillScene({ calledBy: 'http://127.0.0.1:9' })
    onTestFinished(() => called.world.close())
    called.world.ordinaryPayment({ mchid: DIRECT.mchid, out_trade_no: 'SHOP-1', amount: 100 })
    called.setNow(NOW + DAY_MS)

    const { download_url } = placeOf(await called.askBill(DAY))

    expect(download_url).toMatch(/^http:\/\/127\.0\.0\.1:9\/v3\/billdownload\/file\?token=/)
  })

  it('is answered, signed, with the hash of the text and a URL of its own', async () => {
    ordinary()
    nextDay()

    const answer = await scene.askBill(DAY)
    const text = await textOf(DAY)

    const { world } = scene
    const hash_value = createHash('sha1').update(text).digest('hex')
    const download_url = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v3\/billdownload\/file\?token=[\w-]{32}$/)
    expect(JSON.parse(answer.body)).toEqual({ hash_type: 'SHA1', hash_value, download_url })
    expect(isSignedBy(answer, world.keyId, world.publicKeyPem)).toBe(true)
    expect(readSignedPlace(placeOf(answer).download_url, new URL(world.origin))).toBeDefined()
  })

  it.each([
    '',
    'bill_type=ALL',
    'bill_date=20261124',
    'bill_date=2026-11-31',
    'bill_date=2026-11-24&bill_date=2026-11-24',
    'bill_date=2026-11-24&bill_type=all',
    'bill_date=2026-11-24&tar_type=ZIP',
    'bill_date=2026-11-24&tar_type=',
    'bill_date=2026-11-24&account_type=BASIC',
    `bill_date=2026-11-24&sub_mchid=${SUB_MCHID}`,
  ])('with the parameters “%s” is PARAM_ERROR', async (query) => {
    ordinary()
    nextDay()

    const answer = await scene.askBill(query)

    expect(refusalOf(answer)).toMatchObject({ status: 400, code: 'PARAM_ERROR' })
  })

  it.each([
    ['of today', '2026-11-24', 'PARAM_ERROR'],
    ['of a day to come', '2026-11-25', 'PARAM_ERROR'],
    ['of yesterday', '2026-11-23', 'NO_STATEMENT_EXIST'],
    ['of three months ago', '2026-08-24', 'NO_STATEMENT_EXIST'],
    ['of a day before that', '2026-08-23', 'PARAM_ERROR'],
  ])('%s, %s, is %s', async (_, bill_date, code) => {
    const answer = await scene.askBill(`bill_date=${bill_date}`)

    expect(refusalOf(answer)).toMatchObject({ status: 400, code })
    expect(isSignedBy(answer, scene.world.keyId, scene.world.publicKeyPem)).toBe(true)
  })

  it('reaches back to the last day of a shorter month', async () => {
    scene.setNow(Date.UTC(2027, 4, 31, 4))

    const last = await scene.askBill('bill_date=2027-02-28')
    const before = await scene.askBill('bill_date=2027-02-27')

    expect([refusalOf(last).code, refusalOf(before).code]).toEqual(['NO_STATEMENT_EXIST', 'PARAM_ERROR'])
  })

  it('is STATEMENT_CREATING until nine of the next morning in China', async () => {
    ordinary()
    const nine = Date.UTC(2026, 10, 25, 1)

    scene.setNow(nine - 1)
    const before = await scene.askBill(DAY)
    scene.setNow(nine)
    const then = await scene.askBill(DAY)

    expect(refusalOf(before)).toMatchObject({ status: 400, code: 'STATEMENT_CREATING' })
    expect(then.status).toBe(200)
  })

  it('is refused to who may not have it', async () => {
    nextDay()
    const named = (sub_mchid: string) => `bill_date=2026-11-24&sub_mchid=${sub_mchid}`

    const others = await scene.askBill(named(DIRECT.mchid), PROVIDER)
    const nobodys = await scene.askBill(named('1900009999'), PROVIDER)
    scene.world.setStanding(DIRECT.mchid, { disabled: true })
    const disabled = await scene.askBill(DAY)

    expect([others, nobodys, disabled].map(refusalOf)).toMatchObject([
      { status: 403, code: 'NO_AUTH' },
      { status: 400, code: 'INVALID_REQUEST', number: 271302144 },
      { status: 403, code: 'NO_AUTH' },
    ])
  })

  it('is a GET, rightly signed', async () => {
    const target = `/v3/bill/tradebill?${DAY}`
    const { headers, ...request } = scene.getRequest(target)

    const posted = await scene.send(honestRequest(DIRECT, { method: 'POST', target, body: '{}' }))
    const forged = await scene.send({ ...request, target: `${target}&sub_mchid=1`, headers })

    expect([posted.status, forged.status]).toEqual([405, 401])
    expect(scene.world.history.calls.map(({ kind }) => kind)).toEqual(['other', 'bill'])
  })
})

describe('a trade bill', () => {
  it('agrees with what happened: debits, payments by hand, ordinary ones and refunds', async () => {
    const { world } = scene
    const debit = world.payscoreCharges(addOrder(scene, 'serviceorder', 'A|B|C'))
    const byHand = world.payscoreCharges(addOrder(scene, 'payafter-orders', 'HAND'), { by: 'hand' })
    const shop = ordinary()
    world.refund({ mchid: DIRECT.mchid, transaction_id: debit, out_refund_no: 'BACK|1', amount: 1950 })
    nextDay()

    const { reading, candidates } = await readBillOf(scene, DAY)

    const { order_id } = world.order(DIRECT.mchid, 'A|B|C')
    expect(reading).toMatchObject({
      agreed: true,
      bill: {
        rows: 4,
        counts: { order: 1, hint: 2, refund: 1 },
        sums: { settled: 7900, ordered: 7900, refunded: 1950, refund_asked: 1950, coupon_refunded: 0 },
      },
    })
    const common = { mchid: DIRECT.mchid, time: '20261124103000' }
    const charge = { ...common, kind: 'charge' }
    const order = { by: 'order', out_order_no: 'A|B|C', order_id, transaction_id: debit }
    expect(candidates).toEqual([
      { ...charge, ...order, amount: 3900 },
      { ...charge, by: 'hint', out_order_no: 'HAND', transaction_id: byHand, amount: 3900 },
      { ...charge, by: 'hint', out_order_no: 'SHOP-1', transaction_id: shop, amount: 100 },
      {
        ...common,
        ...order,
        kind: 'refund',
        amount: 1950,
        out_refund_no: 'BACK|1',
        refund_id: expect.stringMatching(/^5030\d{24}$/),
        refund_state: 'PROCESSING',
      },
    ])
  })

  it('is written as WeChat Pay writes it, to the byte', async () => {
    scene.world.ordinaryPayment({ mchid: DIRECT.mchid, out_trade_no: 'N-1', amount: 3905, description: '房费, 押金' })
    const transaction_id = scene.world.ordinaryPayments()[0]?.transaction_id ?? ''
    scene.world.refund({ mchid: DIRECT.mchid, transaction_id, out_refund_no: 'F-1', amount: 5, status: 'SUCCESS' })
    const refund_id = scene.world.refunds()[0]?.refund_id
    nextDay()

    const text = await textOf('bill_date=2026-11-24')

    const [header, summary] = HEADERS.today
    const start = `\`2026-11-24 10:30:00,\`wxd678efh567hg6787,\`1900000109,\`0,\`,\`${transaction_id},\`N-1,\`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,\`JSAPI`
    expect(text).toBe(
      [
        `\ufeff${header}`,
        `${start},\`SUCCESS,\`PAB_DEBIT,\`CNY,\`39.05,\`0.00,\`0,\`0,\`0.00,\`0.00,\`,\`,\`房费\\  押金,\`,\`0.23430,\`0.60%,\`39.05,\`0.00,\``,
        `${start},\`REFUND,\`PAB_DEBIT,\`CNY,\`0.00,\`0.00,\`${refund_id},\`F-1,\`0.05,\`0.00,\`ORIGINAL,\`SUCCESS,\`房费\\  押金,\`,\`-0.00030,\`0.60%,\`0.00,\`0.05,\``,
        summary,
        '`2,`39.05,`0.05,`0.00,`0.23400,`39.05,`0.05',
        '',
      ].join('\r\n'),
    )
  })

  it('shows in its texts what it is told to, in the rows of a trade and of its refunds, and adds up', async () => {
    const { world } = scene
    world.refund({ mchid: DIRECT.mchid, transaction_id: ordinary(), out_refund_no: 'BACK', amount: 1 })
    nextDay()
    world.showInBill(({ out_trade_no }) => ({ 付款银行: `BANK-OF-${out_trade_no}` }))

    const text = await textOf(DAY)
    const { reading } = await readBillOf(scene, DAY)
    world.showInBill(undefined)

    expect(text.match(/,`BANK-OF-SHOP-1,`CNY,/g)).toHaveLength(2)
    expect(reading.agreed).toBe(true)
    expect(await textOf(DAY)).toContain(',`PAB_DEBIT,`CNY,')
  })

  it('has what was debited under a number of WeChat Pay, and under ours what was paid by hand', async () => {
    const debit = scene.world.payscoreCharges(addOrder(scene, 'serviceorder', 'DEBIT'), '4200002601202611240000000001')
    scene.world.payscoreCharges(addOrder(scene, 'serviceorder', 'HAND'), { by: 'hand', transaction_id: '4200009' })
    const { order_id } = scene.world.order(DIRECT.mchid, 'DEBIT')
    nextDay()

    const [, first = '', second = ''] = (await textOf(DAY)).split('\r\n')

    expect(first).toContain(`,\`${debit},\`ZFF${debit},`)
    expect(first).toContain(`,\`AUTH,\`SUCCESS,`)
    expect(first).toContain(`,\`wxzff|${order_id}|DEBIT,`)
    expect(second).toContain(',`4200009,`HAND,')
    expect(second).toContain(`,\`JSAPI,\`SUCCESS,`)
    expect(second).not.toContain('wxzff')
  })

  it('has no row of what was synced, unless it was charged as well', async () => {
    const synced = addOrder(scene, 'serviceorder', 'SYNCED')
    const both = addOrder(scene, 'serviceorder', 'BOTH')
    await scene.send(honestSync('serviceorder', synced.out_order_no))
    await scene.send(honestSync('serviceorder', both.out_order_no))
    const transaction_id = scene.world.payscoreCharges(both)
    nextDay()

    const { candidates } = await readBillOf(scene, DAY)

    expect(candidates).toMatchObject([{ by: 'order', out_order_no: 'BOTH', transaction_id }])
  })

  it('has the debit that follows a completion, on the day when it succeeds', async () => {
    const { world, setNow } = scene
    setNow(Date.UTC(2026, 10, 24, 15, 59, 30))
    world.merchantCompletes(addOrder(scene, 'serviceorder', 'LATE', 'accepted'))
    setNow(NOW + 2 * DAY_MS)

    const thatDay = await scene.askBill(DAY)
    const { candidates } = await readBillOf(scene, 'bill_date=2026-11-25')

    expect(refusalOf(thatDay).code).toBe('NO_STATEMENT_EXIST')
    expect(candidates).toMatchObject([{ by: 'order', out_order_no: 'LATE', time: '20261125000030' }])
  })

  it('has a refund on the day when it was accepted, as it was then', async () => {
    const { world } = scene
    const transaction_id = ordinary()
    nextDay()
    world.refund({ mchid: DIRECT.mchid, transaction_id, out_refund_no: 'BACK', amount: 100 })
    scene.setNow(NOW + 2 * DAY_MS)
    world.setRefund('BACK', 'SUCCESS')

    const { candidates } = await readBillOf(scene, 'bill_date=2026-11-25')

    expect(candidates).toMatchObject([{ kind: 'refund', refund_state: 'PROCESSING', time: '20261125103000' }])
  })

  it.each([
    ['ALL', ['charge', 'refund']],
    ['SUCCESS', ['charge']],
    ['REFUND', ['refund']],
  ])('of the type %s has %j', async (type, kinds) => {
    scene.world.refund({ mchid: DIRECT.mchid, transaction_id: ordinary(), out_refund_no: 'BACK', amount: 1 })
    nextDay()

    const { candidates } = await readBillOf(scene, `bill_date=2026-11-24&bill_type=${type}`)

    expect(candidates.map(({ kind }) => kind)).toEqual(kinds)
  })

  it('is one for all sub-merchants of a provider, or of one of them, and of nobody else', async () => {
    const { world } = scene
    ordinary()
    const debit = world.payscoreCharges(addOrder(scene, 'partner', 'SHOP'))
    world.payscoreCharges(addOrder(scene, 'acquiringbank', 'BANK'))
    world.ordinaryPayment({ mchid: PROVIDER.mchid, out_trade_no: 'OWN', amount: 1 })
    nextDay()

    const whole = await readBillOf(scene, DAY, PROVIDER)
    const one = await readBillOf(scene, `${DAY}&sub_mchid=${SUB_MCHID}`, PROVIDER)
    const bank = await readBillOf(scene, DAY, INSTITUTION)

    const shop = { by: 'order', out_order_no: 'SHOP', transaction_id: debit, mchid: SUB_MCHID }
    expect(whole.candidates).toMatchObject([shop, { by: 'hint', out_order_no: 'OWN', mchid: PROVIDER.mchid }])
    expect(one.candidates).toMatchObject([shop])
    expect(bank.candidates).toMatchObject([{ by: 'order', out_order_no: 'BANK' }])
  })

  it('begins with as many ordinary rows as were asked for, each another transaction', async () => {
    const debit = scene.world.payscoreCharges(addOrder(scene, 'serviceorder', 'ORDER1'))
    scene.world.padBill(2500)
    nextDay()

    const { reading, candidates } = await readBillOf(scene, DAY)
    const rows = (await textOf(DAY)).split('\r\n').filter((line) => line.startsWith('`2026'))

    const counts = { order: 1, other: 2500 }
    expect(reading).toMatchObject({ agreed: true, bill: { rows: 2501, counts, sums: { settled: 253900 } } })
    expect(candidates).toMatchObject([{ by: 'order', transaction_id: debit }])
    expect(new Set(rows.map((row) => row.split(',`')[5])).size).toBe(2501)
  })

  it('may begin with debits and refunds of orders that nobody knows', async () => {
    scene.world.padBill(2500, { debits: 20, refunds: 10 })
    nextDay()

    const { reading, candidates = [] } = await readBillOf(scene, DAY)

    const counts = { order: 60, refund: 30, other: 2410 }
    expect(reading).toMatchObject({ agreed: true, bill: { rows: 2500, counts, sums: { settled: 247000 } } })
    expect(new Set(candidates.map((one) => 'out_order_no' in one && one.out_order_no)).size).toBe(90)
  })

  it('is sent at the pace that is asked for', async () => {
    scene.world.padBill(3000)
    const paces: number[] = []
    scene.world.paceBill(async (bytes) => void paces.push(bytes))
    nextDay()

    const { reading } = await readBillOf(scene, DAY)

    expect(reading).toMatchObject({ agreed: true, bill: { rows: 3000 } })
    // The header, three blocks and the sums.
    expect(paces).toHaveLength(5)
    expect(paces).toEqual(paces.toSorted((a, b) => a - b))
  })
})

describe('a download', () => {
  const placed = async () => {
    ordinary()
    nextDay()
    return placeOf(await scene.askBill(DAY)).download_url
  }

  it('is packed only where that was asked for, and never signed', async () => {
    await placed()

    const packed = await fetchBill(scene, placeOf(await scene.askBill(DAY)).download_url)
    const plain = await fetchBill(scene, placeOf(await scene.askBill('bill_date=2026-11-24')).download_url)

    const first = async (response: globalThis.Response) => Buffer.from(await response.arrayBuffer()).subarray(0, 3)
    expect([...packed.headers.keys()].filter((name) => /^wechatpay|encoding$|length/.test(name))).toEqual([
      'transfer-encoding',
    ])
    expect((await first(packed)).toString('hex')).toBe('1f8b08')
    expect((await first(plain)).toString('hex')).toBe('efbbbf')
  })

  it('is there for five minutes, as often as it is wanted', async () => {
    const url = await placed()

    scene.setNow(NOW + DAY_MS + 299_999)
    const statuses = [(await fetchBill(scene, url)).status, (await fetchBill(scene, url)).status]
    scene.setNow(NOW + DAY_MS + 300_000)
    const old = await fetchBill(scene, url)

    expect(statuses).toEqual([200, 200])
    const body = Buffer.from(await old.arrayBuffer())
    expect(downloadVerdict(old.status, body)).toEqual({ kind: 'expired', status: 400, code: 'INVALID_REQUEST' })
    expect(old.headers.has('wechatpay-signature')).toBe(false)
  })

  it('wants a signature over its path with its query, and that of who asked for it', async () => {
    const url = await placed()
    const { pathname, search } = new URL(url)
    const request = scene.getRequest(pathname)

    const withoutQuery = await scene.send({ ...request, target: pathname + search })
    const unsigned = await fetch(url)
    const others = await fetchBill(scene, url, PROVIDER)
    const unknown = await scene.get(`${pathname}?token=none`)
    const more = await scene.get(`${pathname}${search}&a=b`)

    expect([withoutQuery.status, unsigned.status, others.status]).toEqual([401, 401, 403])
    expect([unknown, more].map(refusalOf)).toMatchObject([
      { status: 400, code: 'INVALID_REQUEST' },
      { status: 400, code: 'PARAM_ERROR' },
    ])
  })

  it('can be refused like any other call, and is in the history as its own kind', async () => {
    const url = await placed()
    scene.world.refuseNext({ refusal: 'frequency-limited', match: { kind: 'download' } })

    const refused = await fetchBill(scene, url)
    const taken = await readFetched(await fetchBill(scene, url), '')

    expect([refused.status, refused.headers.has('wechatpay-signature')]).toEqual([429, false])
    expect(taken.reading).toEqual({ agreed: false, refusal: { reason: 'hash' } })
    const calls = scene.world.history.calls.map(({ kind, method, mchid, status }) => [kind, method, mchid, status])
    expect(calls).toEqual([
      ['bill', 'GET', DIRECT.mchid, 200],
      ['download', 'GET', DIRECT.mchid, 429],
      ['download', 'GET', DIRECT.mchid, 200],
    ])
    expect(scene.world.history.calls.every(({ end }) => end < Number.POSITIVE_INFINITY)).toBe(true)
  })
})

describe('a fault of a bill', () => {
  beforeEach(() => {
    ordinary()
    scene.world.padBill(2000)
    nextDay()
  })

  it.each([
    ['late', 'STATEMENT_CREATING'],
    ['none', 'NO_STATEMENT_EXIST'],
  ] as const)('%s: the bill is refused with %s', async (fault, code) => {
    scene.world.billFault(fault)

    const answer = await scene.askBill(DAY)

    expect(refusalOf(answer)).toMatchObject({ status: 400, code })
    expect((await scene.askBill(DAY)).status).toBe(200)
  })

  it.each([
    ['wrong-hash', { reason: 'hash' }],
    ['wrong-sums', { reason: 'sum', column: '应结订单金额' }],
    ['cut', { reason: 'lost' }],
    ['short', { reason: 'hash' }],
  ] as const)('%s: nothing of the bill is taken, packed or not: %j', async (fault, refusal) => {
    for (const query of [DAY, 'bill_date=2026-11-24']) {
      scene.world.billFault(fault)

      const { reading } = await readBillOf(scene, query)

      expect(reading).toEqual({ agreed: false, refusal })
    }
  })

  it('old-columns: the bill has the columns that old merchants may still have', async () => {
    scene.world.billFault('old-columns', { times: 2 })

    const lines = (await textOf(DAY)).split('\r\n')
    const { reading } = await readBillOf(scene, DAY)

    expect([lines[0], lines.at(-3)]).toEqual([`\ufeff${HEADERS.old[0]}`, HEADERS.old[1]])
    expect(reading).toMatchObject({ agreed: true, bill: { rows: 2001, sums: { settled: 200100 } } })
  })

  it('foreign-url: nothing is signed for a stranger', async () => {
    scene.world.billFault('foreign-url')

    const { download_url } = placeOf(await scene.askBill(DAY))

    expect(download_url).toMatch(/^https:\/\/bills\.example\/v3\/billdownload\/file\?token=/)
    expect(readSignedPlace(download_url, new URL(scene.world.origin))).toBeUndefined()
  })

  it('expired-url: the URL is old before it is used', async () => {
    scene.world.billFault('expired-url')

    const { status } = await fetchBill(scene, placeOf(await scene.askBill(DAY)).download_url)

    expect(status).toBe(400)
  })

  it('redirect: the download is said to be elsewhere', async () => {
    scene.world.billFault('redirect')

    const { status, headers } = await fetchBill(scene, placeOf(await scene.askBill(DAY)).download_url)

    expect(downloadVerdict(status)).toEqual({ kind: 'redirected', status: 302 })
    expect(headers.get('location')).toBe('https://bills.example/v3/billdownload/file?token=moved')
  })

  it('strikes as often as was said, the bills that are meant, until it is taken back', async () => {
    const faults: BillFault[] = ['late', 'none']
    scene.world.billFault('late', { mchid: PROVIDER.mchid })
    const takeBack = scene.world.billFault('late', { times: 3 })

    const codes = [refusalOf(await scene.askBill(DAY)).code]
    takeBack()
    codes.push(refusalOf(await scene.askBill(DAY)).code, refusalOf(await scene.askBill(DAY, PROVIDER)).code)
    for (const fault of faults) scene.world.billFault(fault)
    scene.world.behave()
    codes.push(refusalOf(await scene.askBill(DAY)).code)

    expect(codes).toEqual(['STATEMENT_CREATING', undefined, 'STATEMENT_CREATING', undefined])
  })

  it.each(['bill', 'download', 'refund'] as const)(
    'of any answer strikes a %s too, and the next one is right',
    async (kind) => {
      const { world } = scene
      const transaction_id = world.ordinaryPayments()[0]?.transaction_id ?? ''
      world.refund({ mchid: DIRECT.mchid, transaction_id, out_refund_no: 'BACK', amount: 1 })
      const { pathname, search } = new URL(placeOf(await scene.askBill(DAY)).download_url)
      const target = {
        bill: `/v3/bill/tradebill?${DAY}`,
        download: pathname + search,
        refund: '/v3/refund/domestic/refunds/BACK',
      }[kind]

      for (const fault of FAULTS) {
        world.faultNext({ fault, delayMs: 1, match: { kind } })
        const enough = new AbortController()
        const answered = scene.send(scene.getRequest(target), enough.signal).catch(() => 'no answer')
        await expect.poll(() => world.history.calls.at(-1)).toMatchObject({ kind, fault, applied: false })
        enough.abort()
        await answered
      }

      expect((await scene.get(target)).status).toBe(200)
    },
  )
})
