import { execFile, execFileSync } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { keyPair, serialNo } from '../../lib/local/keys.ts'
import { node24 } from '../../lib/local/lambda/node-24.ts'
import { readSamples, type Sample } from '../../lib/local/samples.ts'
import { listen } from '../support/loopback.ts'
import { npmStart } from '../support/npm-start.ts'

const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'start-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const ownSamples = join(import.meta.dirname, '../../lib/local/samples')

/** A folder with the one sample that is over soonest. */
const fewSamples = async (folder: string, change: (paid: Sample) => Sample = (paid) => paid): Promise<string> => {
  const samples = join(folder, 'samples')
  await mkdir(samples)
  const paid = JSON.parse(await readFile(join(ownSamples, 'paid.json'), 'utf8'))
  await writeFile(join(samples, 'paid.json'), JSON.stringify(change(paid)))
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
    expect(output).toContain('13 of 13 samples ended as they should 全部示例中 13 个符合预期')
    expect(code).toBe(0)
  })

  it('exits with 1 when a sample ends otherwise, and says how', async () => {
    const folder = await makeFolder()
    const samples = await fewSamples(folder, (paid) => ({ ...paid, ends: { ...paid.ends, state: 'REJECTED' } }))
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
const printedCurls = async (started: ReturnType<typeof npmStart>, folder: string) => {
  const [, url = '', type = '', body = ''] = await started.says(
    /curl -H @\.local\/token -X POST \\\n {4}(\S+) \\\n {4}-H 'content-type: (\S+)' -d '(.+)'\n/,
  )
  const [, statusUrl = ''] = await started.says(/ {2}curl -H @\.local\/token (http\S+)\n/)
  // Written once it is up.
  await started.says(/report comes to/)
  const token = async () =>
    Object.fromEntries([(await readFile(join(folder, '.local/token'), 'utf8')).trim().split(': ')])
  const ask = async (request: Promise<Response>) => {
    const response = await request
    return { status: response.status, body: await response.json() }
  }
  return {
    statusUrl,
    post: async () => ask(fetch(url, { method: 'POST', headers: { ...(await token()), 'content-type': type }, body })),
    get: async () => ask(fetch(statusUrl, { headers: await token() })),
    token,
  }
}

const cli = join(import.meta.dirname, '../../lib/cli/main.ts')
/** A command of the operator's, in the folder where npm start runs; gives what it printed, throws where it failed. */
const payscore = async (cwd: string, args: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(node24(), [cli, ...args], { cwd, env: { LC_ALL: 'C' } })
  return stdout
}

describe('npm start', () => {
  it('stays up, its curl lines work, Ctrl-C stops it, and the next start goes on where it stopped', async () => {
    const folder = await makeFolder()
    const samples = await fewSamples(folder)

    const first = npmStart(folder, ['--port', '0', '--samples', samples])
    const curls = await printedCurls(first, folder)
    const posted = await curls.post()
    await first.says(/Payscore Order Synced \{.*"out_order_no":"TRY-\d+".*"confirmed":false/)
    const got = await curls.get()
    first.pressCtrlC()
    const { code, output } = await first.ended()

    // The amount is compared first.
    expect(posted).toMatchObject({ status: 202, body: { state: 'PENDING', replayed: false } })
    expect(got).toMatchObject({ status: 200, body: { state: 'SYNCED', confirmed: false, next: 'query' } })
    expect(output).toMatch(/^… paid /m)
    expect(code).toBe(0)

    const second = npmStart(folder, ['--port', '0', '--samples', samples, '--fast'])
    const { statusUrl, token } = await printedCurls(second, folder)
    const path = new URL(curls.statusUrl).pathname
    const later = await fetch(new URL(path, statusUrl), { headers: await token() })
    second.pressCtrlC()
    await second.ended()

    expect(await later.json()).toMatchObject({ state: 'SYNCED', confirmed: true })
  })

  it('serves as many shops of a provider as are said, and lists their orders whatever merchants.json says', async () => {
    const folder = await makeFolder()
    const samples = join(folder, 'samples')
    await mkdir(samples)
    for (const name of ['paid-shop.json', 'paid-acquired.json'])
      await copyFile(join(ownSamples, name), join(samples, name))
    await copyFile(join(import.meta.dirname, '../../merchants.json'), join(folder, 'merchants.json'))

    const started = npmStart(folder, ['--port', '0', '--fast', '--shops', '10000', '--samples', samples])
    const { statusUrl, token } = await printedCurls(started, folder)
    const url = new URL('/merchants/1700009999/payafter-orders/NONE', statusUrl)
    const last = await fetch(url, { headers: await token() })
    const beyond = await fetch(new URL('/merchants/1700010000/payafter-orders/NONE', url), { headers: await token() })
    const listed = await payscore(folder, ['list', '--local', '--all'])
    started.pressCtrlC()
    await started.ended()

    expect(await last.json()).toMatchObject({ status: 404 })
    expect(await beyond.json()).toMatchObject({ status: 400, field: 'mchid' })
    expect(listed).toMatch(/1700000000\/paid-shop /)
    expect(listed).toMatch(/1600000000\/paid-acquired /)
  })

  it('compares the bill of the day of its samples with --fast, and once more for a command', async () => {
    const folder = await makeFolder()
    const samples = join(folder, 'samples')
    await mkdir(samples)
    await copyFile(join(ownSamples, 'charged-as-well.json'), join(samples, 'charged-as-well.json'))

    const started = npmStart(folder, ['--port', '0', '--samples', samples, '--fast'])
    const [line = '', file = ''] = await started.says(
      /^\d{4}-\d\d-\d\d 1900000109: .* (\.local\/reports\/bill-\S+\.html)$/m,
    )
    const told = await payscore(folder, ['audit', '--mchid', '1900000109', '--local'])
    const report = await readFile(join(folder, file), 'utf8')
    started.pressCtrlC()
    await started.ended()

    expect(line).toContain('the trade bill was compared 交易账单已核对')
    expect(told).toMatch(/^✓ \d{4}-\d\d-\d\d 1900000109: the trade bill was compared\n {2}charged-as-well · ¥/)
    expect(report).toContain('charged-as-well')
  })

  it('says that the port is taken, in both languages and without a stack', async () => {
    const folder = await makeFolder()
    const port = await listen(createServer())

    const { code, output } = await npmStart(folder, ['--port', String(port)]).ended()

    expect(output).toBe(
      `Port ${port} is taken by another program: choose another with npm start -- --port N.\n端口 ${port} 已被其他程序占用:请用 npm start -- --port N 另选端口。\n`,
    )
    expect(code).toBe(2)
  })

  it.each([[[]], [['--port', '0']], [['--fast']]])(
    'says that one is up in this folder already, and leaves that alone: npm start %j',
    async (args) => {
      const folder = await makeFolder()
      const samples = await fewSamples(folder)
      const first = npmStart(folder, ['--port', '0', '--samples', samples])
      const curls = await printedCurls(first, folder)

      const { code, output } = await npmStart(folder, [...args, '--samples', samples]).ended()

      expect(output).toMatch(
        /^npm start is up in this folder already \(process \d+, http:\/\/127\.0\.0\.1:\d+\)\. .*\n该目录中已有运行中的 npm start.*\n$/,
      )
      expect(code).toBe(2)
      expect((await curls.post()).status).toBe(202)
    },
  )

  it('comes up beside the traces of one that was killed', async () => {
    const folder = await makeFolder()
    const samples = await fewSamples(folder)
    await mkdir(join(folder, '.local'))
    await writeFile(join(folder, '.local/running'), '2147483647\n')

    const started = npmStart(folder, ['--port', '0', '--samples', samples])

    expect((await (await printedCurls(started, folder)).post()).status).toBe(202)
  })

  it('says in one sentence, in both languages, what is wrong with an option, and shows no stack', async () => {
    const { code, output } = await npmStart(await makeFolder(), ['--port', 'abc']).ended()

    expect(output).toBe('--port abc: a port is a whole number from 0 to 65535\n--port abc:端口应为 0 到 65535 的整数\n')
    expect(code).toBe(2)
  })

  it('keeps what lets others in to its owner alone, whatever was there before, and takes it back', async () => {
    const folder = await makeFolder()
    const samples = await fewSamples(folder)
    const local = join(folder, '.local')
    await mkdir(local)
    await chmod(local, 0o755)
    await writeFile(join(local, 'world.json'), '{}', { mode: 0o644 })

    const started = npmStart(folder, ['--port', '0', '--samples', samples])
    const { post } = await printedCurls(started, folder)
    await post()
    const modes = await Promise.all(
      (await readdir(local, { recursive: true })).map(async (name) => [
        name,
        (await stat(join(local, name))).mode & 0o077,
      ]),
    )
    const commandLines = await readFile(`/proc/${started.pid}/cmdline`, 'utf8').catch(() => '')
    const [, token = ''] = (await readFile(join(local, 'token'), 'utf8')).trim().split('Bearer ')
    started.pressCtrlC()
    await started.ended()

    expect((await stat(local)).mode & 0o777).toBe(0o700)
    expect(modes.filter(([, open]) => open !== 0)).toEqual([])
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(commandLines).not.toContain(token)
    expect((await readdir(local)).filter((name) => /^(world\.json|token|running)$/.test(name))).toEqual([])
  })

  it.each(['a link', 'a file'])('does not use a .local that is %s', async (what) => {
    const folder = await makeFolder()
    if (what === 'a file') await writeFile(join(folder, '.local'), '')
    else await symlink(tmpdir(), join(folder, '.local'))

    const { code, output } = await npmStart(folder, ['--port', '0']).ended()

    expect(output).toMatch(/^\.local must be a folder of your own, .*\n\.local 必须是.*\n$/)
    expect(code).toBe(2)
  })

  it('marks nothing as right that is not: each sample is held against what must be seen by its first wait', async () => {
    const folder = await makeFolder()
    const samples = await fewSamples(folder, (paid) => ({ ...paid, soon: { state: 'HELD' } }))
    await copyFile(join(ownSamples, 'wrong-key.json'), join(samples, 'wrong-key.json'))

    const started = npmStart(folder, ['--port', '0', '--samples', samples])
    await started.says(/Up at/)
    started.pressCtrlC()
    const { output } = await started.ended()

    expect(output).toMatch(/^✗ paid /m)
    expect(output).toContain('  state is SYNCED, not HELD\n')
    expect(output).toMatch(/^… wrong-key +http +0 syncs, 1 query +202 PENDING$/m)
    expect(output).toContain('1 of 2 samples are as they should be before their first wait;')
    expect(output).not.toContain('✓')
  })

  it('gives the public key that verifies a receipt, and keeps it as evidence, by this service and by openssl', async () => {
    const folder = await makeFolder()
    const samples = await fewSamples(folder)
    const started = npmStart(folder, ['--port', '0', '--samples', samples])
    await started.says(/report comes to/)

    await payscore(folder, ['receipt', 'paid', '--local', '--out', 'receipt.json'])
    const byOwn = await payscore(folder, ['receipt', 'verify', 'receipt.json', '--key', '.local/pub_key.pem'])
    const byKept = await payscore(folder, ['receipt', 'verify', 'receipt.json'])
    const lines = `${byOwn}${byKept}`.split('\n').filter((line) => line.startsWith('sed '))
    const openssl = lines.map((line) => execFileSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' }))

    expect(byOwn).toMatch(/^✓ receipt\.json/)
    expect(byKept).toMatch(/^! Verified by the key in the file itself: PUB_KEY_ID_/m)
    expect(openssl).toEqual(['Verified OK\n', 'Verified OK\n'])
    expect(await readdir(join(folder, '.local/wechatpay-keys'))).toHaveLength(1)
  })

  it('tells how it is used when asked', async () => {
    const { code, output } = await npmStart(await makeFolder(), ['--help']).ended()

    expect(output).toMatch(/^npm start -- \[--once \| --fast\]/)
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
    const curls = await printedCurls(live, folder)
    const posted = await curls.post()
    const asked = async () => (await curls.get()).body as { readonly last_error?: object }
    while (!(await asked()).last_error) await new Promise((resolve) => setTimeout(resolve, 50))
    const got = await curls.get()
    const stranger = await fetch(curls.statusUrl.replace(/\w+-\w+-\w+$/, 'OTHER/sync'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"detail":{"paid_time":"20261124103000"}}',
    })
    const page = await fetch(new URL('/', curls.statusUrl))
    const { WECHATPAY_ORIGIN } = JSON.parse(await readFile(join(folder, '.local/world.json'), 'utf8'))
    live.pressCtrlC()
    const { code, output } = await live.ended()

    expect(stranger.status).toBe(403)
    expect(WECHATPAY_ORIGIN).toBe('http://127.0.0.1:1')
    expect(await page.text()).toContain('使用 --live 时不提供页面')
    expect(output).toMatch(/^LIVE: every call goes to the real WeChat Pay/)
    expect(posted).toMatchObject({ status: 202, body: { state: 'PENDING' } })
    expect(got).toMatchObject({
      status: 200,
      body: { state: 'PENDING', next: 'query', attempt: 1, last_error: { verdict: 'unsent', code: 'ECONNREFUSED' } },
    })
    expect(code).toBe(0)
  })
})
