import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../support/loopback.ts'
import { npmStart } from '../support/npm-start.ts'
import { keyPair, serialNo } from './keys.ts'
import { readSamples } from './samples.ts'

const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'start-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const ownSamples = join(import.meta.dirname, 'samples')

/** A folder with the one sample that is over soonest. */
const fewSamples = async (folder: string, change: (text: string) => string = (text) => text): Promise<string> => {
  const samples = join(folder, 'samples')
  await mkdir(samples)
  await writeFile(join(samples, 'paid.json'), change(await readFile(join(ownSamples, 'paid.json'), 'utf8')))
  return samples
}

describe('npm start -- --once', () => {
  it('plays every sample to its end, prints a tick for each, and exits with 0', async () => {
    const { code, output } = await npmStart(await makeFolder(), ['--once']).ended()

    const ticked = output.split('\n').flatMap((line) => /^✓ ([a-z-]+) /.exec(line)?.[1] ?? [])
    expect(ticked.toSorted()).toEqual(
      readSamples()
        .map(({ name }) => name)
        .toSorted(),
    )
    expect(output).toContain('10 of 10 samples ended as they should 全部示例中 10 个符合预期')
    expect(code).toBe(0)
  })

  it('exits with 1 when a sample ends otherwise, and says how', async () => {
    const folder = await makeFolder()
    const samples = await fewSamples(folder, (text) => text.replace('"SYNCED"', '"REJECTED"'))
    await copyFile(join(ownSamples, 'paid-event.json'), join(samples, 'paid-event.json'))

    const { code, output } = await npmStart(folder, ['--once', '--samples', samples]).ended()

    expect(output).toMatch(/^✓ paid-event /m)
    expect(output).toMatch(/^✗ paid /m)
    expect(output).toContain('  state is SYNCED, not REJECTED\n')
    expect(output).toContain('1 of 2 samples ended as they should')
    expect(code).toBe(1)
  })
})

/** The two curl lines that are printed once it is up, as requests. */
const printedCurls = async (started: ReturnType<typeof npmStart>) => {
  const [, url = '', type = '', body = ''] = await started.says(
    /curl -X POST (\S+) -H 'content-type: (\S+)' -d '(.+)'\n/,
  )
  const [, statusUrl = ''] = await started.says(/ {2}curl (http\S+)\n/)
  const ask = async (request: Promise<Response>) => {
    const response = await request
    return { status: response.status, body: await response.json() }
  }
  return {
    statusUrl,
    post: () => ask(fetch(url, { method: 'POST', headers: { 'content-type': type }, body })),
    get: () => ask(fetch(statusUrl)),
  }
}

describe('npm start', () => {
  it('stays up, its curl lines work, Ctrl-C stops it, and the next start goes on where it stopped', async () => {
    const folder = await makeFolder()
    const samples = await fewSamples(folder)

    const first = npmStart(folder, ['--port', '0', '--samples', samples])
    const curls = await printedCurls(first)
    const posted = await curls.post()
    const got = await curls.get()
    await first.says(/Payscore Order Synced \{.*"out_order_no":"TRY-\d+".*"confirmed":false/)
    first.pressCtrlC()
    const { code, output } = await first.ended()

    expect(posted).toMatchObject({ status: 200, body: { state: 'SYNCED', confirmed: false, replayed: false } })
    expect(got).toMatchObject({ status: 200, body: { state: 'SYNCED', confirmed: false, next: 'query' } })
    expect(output).toMatch(/^✓ paid /m)
    expect(code).toBe(0)

    const second = npmStart(folder, ['--port', '0', '--samples', samples, '--fast'])
    const { statusUrl } = await printedCurls(second)
    const path = new URL(curls.statusUrl).pathname
    const later = await fetch(new URL(path, statusUrl))
    second.pressCtrlC()
    await second.ended()

    expect(await later.json()).toMatchObject({ state: 'SYNCED', confirmed: true })
  })

  it('says in a line that the port is taken', async () => {
    const folder = await makeFolder()
    const port = await listen(createServer())

    const { code, output } = await npmStart(folder, ['--port', String(port)]).ended()

    expect(output).toBe('The port is taken: choose another with --port N. 端口已被占用,请用 --port N 另选端口。\n')
    expect(code).toBe(2)
  })

  it('shows how it is used after a mistake in its options', async () => {
    const folder = await makeFolder()

    const started = [['--forever'], ['--samples', 'nowhere']].map((args) => npmStart(folder, args).ended())
    const [unknown, missing] = await Promise.all(started)

    expect(unknown?.output).toMatch(/^Unknown option '--forever'\n\nnpm start -- \[--once\]/)
    expect(missing?.output).toMatch(/^ENOENT: no such file or directory, scandir 'nowhere'\n\nnpm start -- \[--once\]/)
    expect([unknown?.code, missing?.code]).toEqual([2, 2])
  })

  it('tells how it is used when asked', async () => {
    const { code, output } = await npmStart(await makeFolder(), ['--help']).ended()

    expect(output).toMatch(/^npm start -- \[--once\]/)
    expect(code).toBe(0)
  })
})

/** A real merchant's file, but for the key: nobody knows this one. */
const merchantFile = async (folder: string): Promise<string> => {
  const file = join(folder, 'merchant.json')
  const secret = {
    mchid: '1900000109',
    serial_no: serialNo(),
    private_key: keyPair('live').privateKeyPem,
    not_after: '2031-03-01T00:00:00+08:00',
    wechatpay_keys: { PUB_KEY_ID_0000000000000000000000000000000001: keyPair('WeChat Pay').publicKeyPem },
  }
  const merchant = { mchid: '1900000109', services: { '500001': 'wxd678efh567hg6787' }, secret }
  await writeFile(file, JSON.stringify(merchant))
  return file
}

describe('npm start -- --merchant FILE', () => {
  it('without --live, or the other way round, is refused with 2: there is no sandbox', async () => {
    const folder = await makeFolder()
    const file = await merchantFile(folder)

    const started = [
      ['--merchant', file],
      ['--live', '--once'],
    ].map((args) => npmStart(folder, args).ended())

    for (const { code, output } of await Promise.all(started)) {
      expect(output).toMatch(/^WeChat Pay has no sandbox: with a real merchant's key every call is a production call/)
      expect(output).toContain('微信支付没有沙箱')
      expect(code).toBe(2)
    }
  })

  it('comes up with --live; what cannot be sent stays PENDING in the ledger, and Ctrl-C stops it', async () => {
    const folder = await makeFolder()
    const file = await merchantFile(folder)
    // Nothing listens there: no test may reach the real WeChat Pay.
    const env = { WECHATPAY_ORIGIN: 'http://127.0.0.1:1' }

    const live = npmStart(folder, ['--merchant', file, '--live', '--port', '0'], env)
    const curls = await printedCurls(live)
    const posted = await curls.post()
    const got = await curls.get()
    live.pressCtrlC()
    const { code, output } = await live.ended()

    expect(output).toMatch(/^LIVE: every call goes to the real WeChat Pay/)
    expect(posted).toMatchObject({
      status: 202,
      body: { state: 'PENDING', last_error: { verdict: 'unsent', code: 'ECONNREFUSED' } },
    })
    expect(got).toMatchObject({ status: 200, body: { state: 'PENDING', next: 'sync', attempt: 1 } })
    expect(code).toBe(0)
  })
})
