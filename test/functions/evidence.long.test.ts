import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readLines } from '../../lib/evidence/answer-line.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { stubAwsInEachTest } from '../cli/local-env.ts'
import { runCli } from '../cli/run-cli.ts'
import { MINUTE } from '../support/orders.ts'
import { noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { handOver } from '../support/till.ts'

const MERCHANT = SERVED.serviceorder
const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

let world: World
let cwd: string

beforeAll(async () => {
  world = await startWorld({ merchants: [MERCHANT] })
  cwd = mkdtempSync(join(tmpdir(), 'evidence-'))
})
afterAll(async () => {
  rmSync(cwd, { recursive: true })
  await world.close()
})
stubAwsInEachTest(() => world.env)

const order = async (out_order_no: string): Promise<void> => {
  placeOrder(world, 'serviceorder', out_order_no, { openid: OPENID })
  await handOver(world, 'HTTP API 2.0', noticeOf('serviceorder', out_order_no))
  await world.pass(11 * MINUTE)
  await world.idle()
}
const rowOf = async (out_order_no: string) =>
  (await world.table.rows()).find(({ pk }) => pk === `${MERCHANT.mchid}#${out_order_no}`)
const deleteRow = async (out_order_no: string): Promise<void> => {
  const Key = { pk: { S: `${MERCHANT.mchid}#${out_order_no}` } }
  await new DynamoDBClient({}).send(new DeleteItemCommand({ TableName: world.env.LEDGER_TABLE, Key }))
}
const kept = (out_order_no: string) =>
  [...world.objects.locked.stored]
    .filter(([key]) => key.startsWith('answers/'))
    .flatMap(([key, { body }]) => readLines(gunzipSync(body).toString()).map((line) => ({ key, line })))
    .filter(({ line }) => line.out_order_no === out_order_no)
const sh = (line: string) => execFileSync('sh', ['-c', line], { cwd, stdio: ['ignore', 'pipe', 'pipe'] }).toString()

describe('the signed answers of an order', () => {
  test('are kept as evidence and leave the row, which says where they are', async () => {
    await order('KEPT')

    const row = await rowOf('KEPT')
    const lines = kept('KEPT')
    expect(lines.map(({ line }) => line.answers)).toContain('sync')
    for (const { key } of lines) expect(key).toMatch(/^answers\/\d{4}\/\d\d\/\d\d\/\d{4}-[0-9a-f]{16}\.jsonl\.gz$/)
    expect(
      [...((row?.evidence ?? new Set()) as Set<string>)].map((place) => `answers/${place}.jsonl.gz`).sort(),
    ).toEqual([...new Set(lines.map(({ key }) => key))].sort())
    expect(row).not.toHaveProperty('answer')
    expect(row).toMatchObject({ state: 'SYNCED', taken_at: expect.any(Number), proved_at: expect.any(Number) })
  })

  test('bring no outcome event when they leave the row', async () => {
    const before = world.bus.history.events.length

    await order('SILENT')

    const types = world.bus.history.events.slice(before).map(({ detailType }) => detailType)
    expect(types.filter((type) => type === 'Payscore Order Synced').length).toBeLessThanOrEqual(2)
    expect(types.filter((type) => type.startsWith('Payscore Order') && !/Synced|Paid|Due/.test(type))).toEqual([])
  })

  test('are kept once a bucket that was down is up again', async () => {
    const mend = world.objects.faults.add({
      kind: 'fail',
      match: ({ bucket }) => bucket === 'payscore-evidence',
      times: 4,
    })
    await order('DOWN')
    mend()

    expect(kept('DOWN').length).toBeGreaterThan(0)
    expect(await rowOf('DOWN')).not.toHaveProperty('answer')
  })

  test('are kept when the row is deleted, if they were given up before', async () => {
    const mend = world.objects.faults.add({
      kind: 'fail',
      match: ({ bucket }) => bucket === 'payscore-evidence',
      times: Number.POSITIVE_INFINITY,
    })
    await order('GIVEN-UP')
    mend()
    expect(kept('GIVEN-UP')).toEqual([])
    expect(await rowOf('GIVEN-UP')).toHaveProperty('answer')

    await deleteRow('GIVEN-UP')
    await world.idle()

    expect(kept('GIVEN-UP').map(({ line }) => line.answers)).toEqual(['sync'])
  })

  test('are the same object when the batch comes twice', async () => {
    const objects = () => [...world.objects.locked.versions.keys()]
    await order('TWICE')
    const before = objects()
    const row = await rowOf('TWICE')

    const [first] = kept('TWICE')
    const { packAnswer } = await import('../../lib/ledger/packed-answer.ts')
    const { answerOf } = await import('../../lib/evidence/answer-line.ts')
    const answer = first && {
      B: Buffer.from(packAnswer(answerOf(first.line), `${MERCHANT.mchid}#TWICE`)).toString('base64'),
    }
    const record = { eventName: 'MODIFY', dynamodb: { NewImage: { pk: { S: `${MERCHANT.mchid}#TWICE` }, answer } } }
    const { result, error } = await world.lambdas.evidence.invoke({ Records: [record, record] })

    expect([result, error]).toEqual([{}, undefined])
    expect(objects()).toEqual(before)
    expect(await rowOf('TWICE')).toEqual(row)
  })
})

describe('a receipt', () => {
  test('of before a rotation of WeChat Pay’s key, and of an order whose row is gone, verifies by itself', async () => {
    await world.runCertificates()
    await order('ROTATED')
    await deleteRow('ROTATED')
    // WeChat Pay's key of the answer is in no secret any more.
    world.secrets.putSecret(`payscore/merchants/${MERCHANT.mchid}`, '{}')

    const made = await runCli(['receipt', `${MERCHANT.mchid}/ROTATED`, '--out', 'r.json'], { cwd })
    const checked = await runCli(['receipt', 'verify', 'r.json', '--json'], { cwd })

    expect([made.code, made.err]).toEqual([0, ''])
    expect(readFileSync(join(cwd, 'r.html'), 'utf8')).toContain('台账记录已过期删除')
    const { valid, keys_from, openssl } = JSON.parse(checked.out)
    expect({ valid, keys_from }).toEqual({ valid: true, keys_from: 'file' })
    for (const line of openssl) expect(sh(line)).toBe('Verified OK\n')
  })
})

/** Every version of every object in the bucket of evidence and in its copy in another region, as text. */
const everything = (): string =>
  [world.objects.locked, world.objects.locked.copy]
    .flatMap(({ versions }) => [...versions])
    .map(([name, { body }]) => `${name} ${textOf(body)}`)
    .join('\n')
const textOf = (body: Buffer): string => (body[0] === 0x1f ? gunzipSync(body) : body).toString()

describe('erase', () => {
  test('takes an order out of evidence past the lock, leaves the others of its object, and says so in a record', async () => {
    world.putKey(MERCHANT.mchid)
    placeOrder(world, 'serviceorder', 'ERASED', { openid: 'oErasedErasedErased' })
    await handOver(world, 'HTTP API 2.0', noticeOf('serviceorder', 'ERASED'))
    await order('BESIDE')
    const name = `${MERCHANT.mchid}/ERASED`
    const before = await rowOf('ERASED')

    const dry = await runCli(['erase', name, '--why', 'asked for', '--dry-run', '--past-lock', '--json'], { cwd })
    const locked = await runCli(['erase', name, '--why', 'asked for', '--law', 'E-commerce Law, art. 31', '--json'], {
      cwd,
    })
    expect(everything()).toContain('oErasedErasedErased')
    const past = await runCli(['erase', name, '--why', 'asked for', '--past-lock', '--json'], { cwd })

    expect([dry.code, locked.code, past.code]).toEqual([0, 1, 0])
    const states = (out: string) => [...new Set(JSON.parse(out).erased.map(({ done }: { done: string }) => done))]
    expect([states(dry.out), states(locked.out), states(past.out)]).toEqual([
      ['would be erased'],
      ['stays'],
      ['erased'],
    ])
    expect(everything()).not.toContain('oErasedErasedErased')
    expect(kept('ERASED')).toEqual([])
    expect(kept('BESIDE').length).toBeGreaterThan(0)
    expect(await rowOf('ERASED')).toEqual(before)
    const { record } = JSON.parse(locked.out)
    const text = world.objects.locked.stored.get(record)?.body.toString() ?? ''
    expect(text).toContain('E-commerce Law, art. 31')
    expect(text).not.toContain('ERASED')
    expect(text).not.toContain('oErased')
  })

  test('takes the customer out of the copy in another region as well, which has its own versions', async () => {
    placeOrder(world, 'serviceorder', 'COPIED', { openid: 'oCopiedCopiedCopied' })
    await order('BESIDE-IT')
    await handOver(world, 'HTTP API 2.0', noticeOf('serviceorder', 'COPIED'))
    await world.pass(11 * MINUTE)
    const copied = () => [...world.objects.locked.copy.versions.values()].map(({ body }) => textOf(body)).join('')
    expect(copied()).toContain('oCopiedCopiedCopied')
    const line = ['erase', `${MERCHANT.mchid}/COPIED`, '--why', 'asked for', '--past-lock']

    const without = await runCli([...line, '--replica', 'no-such-bucket'], { cwd })
    const dry = await runCli([...line, '--dry-run'], { cwd })
    const { code, out } = await runCli([...line, '--json'], { cwd })

    expect(without.code).toBe(1)
    expect(dry.out).toMatch(/payscore-evidence-replica\/answers\/.*: would be erased/)
    expect(code).toBe(0)
    const { erased, record } = JSON.parse(out)
    expect(erased).toContainEqual(
      expect.objectContaining({ where: 'answers', replica: 'payscore-evidence-replica', done: 'erased' }),
    )
    expect(copied()).not.toContain('oCopiedCopiedCopied')
    expect(copied()).toContain('"out_order_no":"BESIDE-IT"')
    expect(world.objects.locked.stored.get(record)?.body.toString()).toContain('payscore-evidence-replica')
  })

  test('finds the orders of a customer by an openid that stands in a file', async () => {
    placeOrder(world, 'serviceorder', 'BY-OPENID', { openid: 'oByOpenidByOpenid' })
    await handOver(world, 'HTTP API 2.0', noticeOf('serviceorder', 'BY-OPENID'))
    await order('OTHERS')
    writeFileSync(join(cwd, 'openid.txt'), 'oByOpenidByOpenid\n')
    expect(everything()).toContain('oByOpenidByOpenid')

    const { code, out } = await runCli(
      [
        'erase',
        '--openid-file',
        'openid.txt',
        '--mchid',
        MERCHANT.mchid,
        '--why',
        'asked for',
        '--past-lock',
        '--json',
      ],
      { cwd },
    )

    expect(code).toBe(0)
    expect(JSON.parse(out).orders).toEqual([{ mchid: MERCHANT.mchid, out_order_no: 'BY-OPENID' }])
    expect(everything()).not.toContain('oByOpenidByOpenid')
    expect(everything()).not.toContain(`${MERCHANT.mchid} BY-OPENID`)
    expect(kept('OTHERS').length).toBeGreaterThan(0)
  })
})
