import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyPair } from '../../lib/local/keys.ts'
import { startWorld, type World } from '../../lib/local/world.ts'
import { DIRECT, noticeOf, placeOrder, SERVED } from '../support/served.ts'
import { askStatus } from '../support/till.ts'
import { stubStack } from './cloudformation.ts'
import { stubAwsInEachTest } from './local-env.ts'
import { certificate, KEY_ID, MCHID, merchantFolder } from './merchant-folder.ts'
import { CHINESE, runCli } from './run-cli.ts'

describe('from a folder of a merchant’s files to a first local sync', () => {
  test('takes two commands', async () => {
    const { path: cwd } = merchantFolder()

    const put = await runCli(
      ['merchant', 'put', '.', '--wechatpay-key-id', KEY_ID, '--out', 'merchant.json', '--service', 'S1=wx1'],
      { cwd },
    )
    const first = await runCli(['trigger', 'paid', '--merchant', 'merchant.json'], { cwd })

    expect(put.code).toBe(0)
    expect(first.code).toBe(0)
    expect(first.out).toMatch(/^✓ paid: Paid at the till \(WeChat Pay saw 1 sync, 2 queries; HTTP 202\)\n/)
    expect(first.out).toContain(`merchant ${MCHID}\nsynced, proved: `)
  })

  test('works for a sub-merchant, whose provider signs, and in Chinese', async () => {
    const { path: cwd } = merchantFolder()
    const sub = ['--sub-mchid', '1900000199', '--order-api', 'partner', '--service', 'S1=', '--service', 'S2=']
    await runCli(['merchant', 'put', '.', '--wechatpay-key-id', KEY_ID, '--out', 'merchant.json', ...sub], { cwd })

    const { code, out } = await runCli(['trigger', 'paid-event', '--merchant', 'merchant.json'], { cwd, env: CHINESE })

    expect(code).toBe(0)
    expect(out).toMatch(/^✓ paid-event: 线下已付款\(事件通知\) \(微信支付收到同步 1 次,查单 2 次\)\n/)
    expect(out).toContain('商户号 1900000199\n已核实:')
  })

  test('refuses a file that would not do as a merchant’s, in words', async () => {
    const folder = merchantFolder()
    const other = keyPair('another key')
    const out = ['--wechatpay-key-id', KEY_ID, '--out', 'merchant.json', '--service', 'S1=wx1']
    await runCli(['merchant', 'put', '.', ...out], { cwd: folder.path })
    const file = JSON.parse(folder.read('merchant.json'))
    folder.write('merchant.json', JSON.stringify({ ...file, services: { S1: '' } }))

    const unsound = await runCli(['trigger', 'paid', '--merchant', 'merchant.json'], { cwd: folder.path })
    folder.write('merchant.json', JSON.stringify({ ...file, secret: { ...file.secret, serial_no: 'A1B2' } }))
    const short = await runCli(['trigger', 'paid', '--merchant', 'merchant.json'], { cwd: folder.path })
    folder.write('merchant.json', certificate(other))
    const noJson = await runCli(['trigger', 'paid', '--merchant', 'merchant.json'], { cwd: folder.path })
    folder.write('merchant.json', '{}')
    const empty = await runCli(['trigger', 'paid', '--merchant', 'merchant.json'], { cwd: folder.path, env: CHINESE })

    expect(unsound.err).toBe(`merchant merchants.${MCHID}.services: must give the appid of each service_id\n`)
    expect(short.err).toBe(
      `secret of merchant ${MCHID}: serial_no must be 40 hexadecimal digits in capitals, leading zeros kept, never decimal\n`,
    )
    expect(noJson.err).toBe('merchant.json is not what merchant put --out writes: it must be a JSON object\n')
    expect(empty.err).toBe('merchant.json 不是 merchant put --out 生成的文件:缺少 mchid 或 secret\n')
  })

  test('takes a file that Windows saved with a byte order mark, and says what is wrong with one in UTF-16', async () => {
    const folder = merchantFolder()
    const out = ['--wechatpay-key-id', KEY_ID, '--out', 'merchant.json', '--service', 'S1=wx1']
    await runCli(['merchant', 'put', '.', ...out], { cwd: folder.path })
    const text = `\ufeff${folder.read('merchant.json')}`

    folder.write('merchant.json', text)
    const marked = await runCli(['trigger', 'wrong-key', '--merchant', 'merchant.json'], { cwd: folder.path })
    writeFileSync(`${folder.path}/merchant.json`, Buffer.from(text, 'utf16le'))
    const wide = await runCli(['trigger', 'wrong-key', '--merchant', 'merchant.json'], {
      cwd: folder.path,
      env: CHINESE,
    })

    expect(marked.err).toBe('wrong-key makes wrong and right keys of its own: leave --merchant out\n')
    expect(wide.err).toBe('merchant.json 不是 merchant put --out 生成的文件:文件内容 是 UTF-16 编码,必须为 UTF-8\n')
  })

  test('keeps a sample with keys of its own apart from the merchant’s', async () => {
    const { path: cwd } = merchantFolder()
    const out = ['--wechatpay-key-id', KEY_ID, '--out', 'merchant.json', '--service', 'S1=wx1']
    await runCli(['merchant', 'put', '.', ...out], { cwd })

    const { code, err } = await runCli(['trigger', 'wrong-key', '--merchant', 'merchant.json'], { cwd })

    expect([code, err]).toEqual([2, 'wrong-key makes wrong and right keys of its own: leave --merchant out\n'])
  })
})

describe('trigger', () => {
  test('plays a sample to its end and tells it as JSON', async () => {
    const { code, out } = await runCli(['trigger', 'charged-as-well', '--json'])

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      sample: 'charged-as-well',
      statuses: [202],
      syncs: 0,
      queries: 1,
      wrong: [],
      order: { state: 'DOUBLE_CHARGED', amount: 8800 },
    })
  })

  test('lists the samples, and names those that are not there', async () => {
    const english = await runCli(['trigger'])
    const json = await runCli(['trigger', '--json'], { env: CHINESE })
    const unknown = await runCli(['trigger', 'no-such-sample'])

    expect(english.out).toMatch(/^sample\npaid {17}Paid at the till\n/)
    expect(JSON.parse(json.out)[0]).toEqual({ name: 'paid', title: '线下已付款' })
    expect(unknown.err).toBe('there is no sample no-such-sample; npx payscore trigger lists them\n')
  })
})

describe('trigger of a world that is up', () => {
  let world: World

  beforeAll(async () => {
    world = await startWorld({ merchants: [DIRECT, SERVED.serviceorder] })
  })
  afterAll(() => world.close())
  stubAwsInEachTest(() => world.env)

  const upFolder = () => {
    const { path } = merchantFolder()
    mkdirSync(`${path}/.local`)
    writeFileSync(`${path}/.local/world.json`, JSON.stringify({ ...world.env, PAYSCORE_API: world.api.url }))
    return path
  }
  const MINE = ['--mchid', DIRECT.mchid]

  test('sends the notice by HTTP', async () => {
    placeOrder(world, 'payafter-orders', 'HTTP')

    const { code, out } = await runCli(['trigger', 'paid', '--local', '--order', 'HTTP', ...MINE], { cwd: upFolder() })

    expect([code, out]).toEqual([0, '✓ HTTP 200 SYNCED\n'])
  })

  test('sends it by event, from the merchant’s first source', async () => {
    placeOrder(world, 'payafter-orders', 'EVENT')

    const { code, out } = await runCli(['trigger', 'paid-event', '--local', '--order', 'EVENT', ...MINE], {
      cwd: upFolder(),
    })
    await world.idle()

    expect([code, out]).toEqual([0, '✓ the bus payscore has it\n'])
    expect((await askStatus(world, DIRECT.mchid, 'EVENT')).body).toMatchObject({ state: 'SYNCED' })
  })

  test('tells what came back of a notice that was refused, and what to do next', async () => {
    const notice = noticeOf('payafter-orders', 'REFUSED')
    const argv = ['trigger', 'paid', '--local', '--order', 'NOBODY', ...MINE]

    const past = await runCli([...argv, '--paid-time', notice.detail.paid_time, '--amount', '100'], { cwd: upFolder() })
    const wrong = await runCli([...argv, '--service-id', 'S9', '--json'], { cwd: upFolder() })
    const chinese = await runCli([...argv, '--paid-time', '20250301130000'], { cwd: upFolder(), env: CHINESE })

    expect(past.out).toMatch(/^✓ HTTP 202 PENDING\n→ Nothing\./)
    expect(JSON.parse(wrong.out)).toMatchObject({
      via: 'http',
      notice: { out_order_no: 'NOBODY', service_id: 'S9' },
      status: 400,
      body: { field: 'service_id' },
    })
    expect(chinese.code).toBe(1)
    expect(chinese.out).toMatch(/^✗ HTTP 409 PENDING\n→ 若首次通知有误/)
  })

  test('sends to a deployed stage, signed for IAM, once it is said that the order is real', async () => {
    await stubStack({
      HttpApiUrl: world.api.url,
      EventBusName: world.bus.name,
    })
    placeOrder(world, 'payafter-orders', 'STAGE|1')
    const argv = ['trigger', 'paid', '--stage', 'prod', '--order', 'STAGE|1', ...MINE]

    const careless = await runCli(argv)
    const meant = await runCli([...argv, '--live'])
    const byEvent = await runCli([...argv, '--live', '--via', 'event', '--source', 'com.example.pos', '--json'])
    const nowhere = await runCli(['trigger', 'paid', '--stage', 'other', '--live', '--order', 'X', ...MINE])

    expect(careless.code).toBe(2)
    expect(careless.err).toMatch(/^WeChat Pay has no sandbox: /)
    expect([meant.code, meant.out]).toEqual([0, '✓ HTTP 200 SYNCED\n'])
    expect(JSON.parse(byEvent.out)).toMatchObject({ via: 'event', taken: true })
    expect(nowhere.code).toBe(1)
  })

  test('says when the API does not answer, or the bus refuses', async () => {
    await stubStack({
      HttpApiUrl: 'http://127.0.0.1:9',
      EventBusName: 'no-such-bus',
    })
    const argv = ['trigger', 'paid', '--stage', 'prod', '--live', '--order', 'X', ...MINE]

    const byHttp = await runCli(argv)
    const byEvent = await runCli([...argv, '--via', 'event'])
    const inChinese = await runCli([...argv, '--via', 'event'], { env: CHINESE })

    expect(byHttp).toEqual({
      code: 1,
      out: '',
      err: 'no answer from http://127.0.0.1:9 (ECONNREFUSED): it is not known whether this was taken. Look with npx payscore status, then try again.\n',
    })
    expect(byEvent.out).toBe('✗ the bus refused it: ResourceNotFoundException\n')
    expect(inChinese.out).toBe('✗ 事件总线拒绝:ResourceNotFoundException\n')
  })

  test.each([
    [[...MINE], 'which order? Say --order NUMBER\n'],
    [['--order', 'X'], 'which merchant? Say --mchid\n'],
    [[...MINE, '--order', 'X', '--via', 'post'], '--via post: must be one of http, event\n'],
    [['--mchid', '1900000042', '--order', 'X', '--via', 'event'], 'which source? 1900000042 has none: say --source\n'],
  ])('asks for what is missing in %j', async (argv, said) => {
    const { code, err } = await runCli(['trigger', 'paid', '--local', ...argv], { cwd: upFolder() })

    expect([code, err]).toEqual([2, said])
  })

  test('says that no world is up', async () => {
    const { code, err } = await runCli(['trigger', 'paid', '--local', '--order', 'X', ...MINE], { cwd: '/' })

    expect([code, err]).toEqual([1, 'no local world is up: run npm start in another terminal\n'])
  })
})
