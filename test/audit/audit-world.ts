import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { AuditDeps } from '../../lib/audit/audit-day.ts'
import type { LedgerReader } from '../../lib/aws/ledger-reader.ts'
import { type Row, signerOf } from '../../lib/ledger/row.ts'
import { createBillActions } from '../../lib/operations/bill-actions.ts'
import type { Download } from '../../lib/wechatpay/download.ts'
import type { Sent } from '../../lib/wechatpay/send.ts'
import { type Line, pieces, sha1, writeBill } from '../bill/bill-writer.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { fakeDeps } from '../support/fake-deps.ts'
import { answered, SIGNER } from '../support/fake-wechatpay.ts'
import { CLAIMED, HOUR, MINUTE, NOW, unleased } from '../support/orders.ts'
import { plainBillLog } from '../support/plain-bill-log.ts'
import { servedBy } from '../support/served-by.ts'

export const MCHID = '1900000109'
/** The day before NOW, which is 10:30 in China. */
export const DAY = '20261123'
export const KEY = { mchid: MCHID, day: DAY }
export const AT_18 = NOW + 7 * HOUR + 30 * MINUTE
export const ORDER_ID = '15646546545165651651'
export const TRANSACTION = '4200002601202611230000000001'

export const MERCHANTS = servedBy({
  [MCHID]: { services: { '500001': 'wxd678efh567hg6787' } },
  '1900000110': { services: { '500002': 'wxd678efh567hg6788' }, closed: true },
})

/** An order that waits for no call, paid on the day of the bill. */
export const rowOf = (out_order_no: string, more: Partial<Row>): Row => {
  const { next: _, due: _due, due_at: _at, ...rest } = unleased(CLAIMED)
  return { ...rest, day: `${MCHID}#${DAY}#0`, ...more, pk: `${MCHID}#${out_order_no}` }
}

const LINE: Line = {
  time: '2026-11-23 12:00:00',
  mchid: MCHID,
  sub_mchid: '0',
  transaction_id: TRANSACTION,
  out_trade_no: 'WX-1',
  type: 'AUTH',
  state: 'SUCCESS',
  refund: ['0', '0', ''],
  attach: '',
  name: '咖啡',
  settled: 3900,
  ordered: 3900,
  refunded: 0,
  coupon: 0,
  asked: 0,
  fee: 234,
}

/** An automatic debit of the order. */
export const charged = (out_order_no: string, more: Partial<Line> = {}): Line => ({
  ...LINE,
  attach: `wxzff|${ORDER_ID}|${out_order_no}`,
  ...more,
})

export const refunded = (out_order_no: string, more: Partial<Line> = {}): Line =>
  charged(out_order_no, {
    state: 'REFUND',
    settled: 0,
    ordered: 0,
    refunded: 3900,
    asked: 3900,
    refund: ['5030000000000000000000000000', `back-${out_order_no}`, 'PROCESSING'],
    ...more,
  })

type Given = {
  readonly lines?: readonly Line[]
  readonly rows?: readonly Row[]
  /** The text of the bill as it is delivered, where it is not that of the lines. */
  readonly delivered?: Buffer
  readonly says?: Sent
  readonly download?: Download
  /** Keys of open cases. */
  readonly cases?: readonly string[]
}

/** All that an audit depends on, in memory. `acts` has each follow-up once, in order; `calls` each of them. */
export const auditWorldIn = (scratch: string, given: Given) => {
  const { lines = [], cases = [] } = given
  const clock = fakeClock()
  const text = writeBill(lines)
  const world = { lines, delivered: given.delivered ?? text, says: given.says, download: given.download }
  const rows = new Map((given.rows ?? []).map((one) => [one.pk, one]))
  const bills = plainBillLog()
  const asked: string[] = []
  const acts = new Set<string>()
  const calls: string[] = []
  const files = new Map<string, string>()

  const act = (text: string) => {
    calls.push(text)
    const isFirst = !acts.has(text)
    acts.add(text)
    return isFirst ? ('asked' as const) : ('not needed' as const)
  }
  const ready = () =>
    answered(
      200,
      JSON.stringify({
        hash_type: 'SHA1',
        hash_value: sha1(text),
        download_url: 'https://api.mch.weixin.qq.com/v3/billdownload/file?token=1',
      }),
      clock.now,
    )
  const readMany: LedgerReader['readMany'] = async (pks) =>
    new Map(pks.flatMap((pk) => (rows.has(pk) ? [[pk, rows.get(pk) as Row]] : [])))
  const { openCases } = createBillActions(
    {
      readMany,
      cases: async function* (signer) {
        yield cases.flatMap((pk) => (signerOf(rows.get(pk) ?? { pk }) === signer ? [{ pk }] : []))
      },
    },
    fakeDeps().deps,
  )
  const deps: AuditDeps = {
    keys: { signer: async () => SIGNER, forget: () => {} },
    send: async ({ target }) => {
      asked.push(target)
      return world.says ?? ready()
    },
    download: async () => world.download ?? { kind: 'ready', bytes: pieces(gzipSync(world.delivered), 100) },
    origin: new URL('https://api.mch.weixin.qq.com'),
    now: () => clock.now,
    nonce: () => '593BEC0C930BF1AFEB40B4A08C8FB242',
    bills: bills.log,
    evidence: {
      putOnce: async (key, body) => {
        files.set(key, Buffer.from(body).toString())
        return true
      },
    },
    reader: { readMany },
    actions: {
      askOrder: async ({ pk }, day) => act(`order ${pk} ${day}`),
      askRefund: async ({ pk }, { out_refund_no, transaction_id }) =>
        act(`refund ${pk} ${out_refund_no} ${transaction_id}`),
      noteTransaction: async ({ pk }, { transaction_id, amount }) =>
        act(`transaction ${pk} ${transaction_id} ${amount}`),
      openCases,
      caseByTransaction: async (_, transaction_id) =>
        [...rows.values()].find((one) => one.state === 'DOUBLE_CHARGED' && one.transaction_id === transaction_id),
    },
    merchants: MERCHANTS,
    objects: {
      put: async (key, body) => {
        files.set(key, body)
      },
      putFile: async (key, file) => {
        files.set(key, await readFile(file, 'utf8'))
      },
    },
    scratch,
  }
  return { deps, clock, world, rows, bills: bills.rows, asked, acts, calls, files, scratch }
}

/** The same, with a folder that goes with the test. */
export const auditWorld = async (given: Given = {}) => {
  const { onTestFinished } = await import('vitest')
  const scratch = await mkdtemp(join(tmpdir(), 'audit-'))
  onTestFinished(() => rm(scratch, { recursive: true, force: true }))
  return auditWorldIn(scratch, given)
}

export type AuditWorld = Awaited<ReturnType<typeof auditWorld>>
