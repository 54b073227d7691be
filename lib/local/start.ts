// npm start: shows what happens to an order by named samples on this machine; then runs an API and a page on port 3000.
import { announceWorld, keepPublicKey, PUBLIC_KEY } from './announce-world.ts'
import { addStandingOrders } from './known-orders.ts'
import { startLiveWorld } from './live.ts'
import { claimLocalFolder } from './local-folder.ts'
import { localMerchants, MERCHANT } from './local-merchants.ts'
import { openLivePages, openPages } from './page/pages.ts'
import { type Played, playSample, readSamples, type Sample } from './samples.ts'
import { StartError } from './start-error.ts'
import { readStartOptions, type StartOptions, USAGE, WHY_LIVE } from './start-options.ts'
import { tableHead, tableRow } from './table.ts'
import { passToNextBill, watchBills } from './watch-bills.ts'
import { watchStatements } from './watch-statements.ts'
import { startWorld, type World } from './world.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)

const playAll = async (world: World, samples: readonly Sample[], until: 'end' | 'first wait') => {
  const played: Played[] = []
  say(tableHead())
  for (const sample of samples) {
    const one = await playSample(sample, world, until)
    played.push(one)
    say(tableRow(one))
  }
  return played
}

/** Explains the marks before the samples. True if no sample failed. */
const sumUp = (played: readonly Played[]): boolean => {
  const right = played.filter(({ wrong }) => wrong.length === 0)
  const ended = right.filter(({ isAtEnd }) => isAtEnd).length
  const waiting = right.length - ended
  say('')
  if (waiting > 0) {
    say(`… ${waiting} of ${played.length} samples are as they should be before their first wait;`)
    say('  npm start -- --fast plays them to their end')
    say(`  ${played.length} 个示例中 ${waiting} 个目前符合预期,尚未结束;npm start -- --fast 可运行至结束`)
  }
  if (ended > 0 || waiting === 0)
    say(`${ended} of ${played.length} samples ended as they should 全部示例中 ${ended} 个符合预期`)
  return right.length === played.length
}

/** Runs reconcile each minute, prints order events, and stops on Ctrl-C. */
const stayUp = async (world: World, mchid: string, out_order_no: string, isLive: boolean): Promise<void> => {
  // Not only at nine in the morning: a receipt holds WeChat Pay's key as it is kept.
  await world.runCertificates()
  const withdraw = announceWorld(world)
  const url = `${world.api.url}/merchants/${mchid}/payafter-orders/${out_order_no}`
  const paid_time = new Date(world.clock.now())
    .toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' })
    .replace(/\D/g, '')
  say(`\nUp at ${world.api.url}; reconcile runs each minute. Ctrl-C stops.`)
  say('本地服务已启动,每分钟调度一次,Ctrl-C 停止。\n')
  if (!isLive) {
    say(`  ${world.api.url}/${world.api.token}/`)
    say('  The page of this world, for a browser on this machine 在本机浏览器中打开\n')
  }
  say('  curl -H @.local/token -X POST \\')
  say(`    ${url}/sync \\`)
  say(`    -H 'content-type: application/json' -d '{"detail":{"paid_time":"${paid_time}"},"amount":12800}'`)
  say(`  curl -H @.local/token ${url}\n`)
  if (!isLive) say(`  WeChat Pay's public key in this world 本地微信支付公钥: ${PUBLIC_KEY}\n`)
  // A separate folder, so that a list of the local WeChat Pay is never used with the real one.
  const folder = isLive ? '.local/live-statements' : '.local/statements'
  const statements = watchStatements({ folder, mchid, objects: world.objects, say })
  // With the real WeChat Pay a bill is compared only when a person asks for it.
  const bills = isLive ? undefined : watchBills({ folder: '.local/reports', ...world, say })
  let told = world.bus.history.events.length
  const minutes = setInterval(() => void world.runReconcile().then(world.renewReports), 60_000)
  const outcomes = setInterval(() => {
    for (const { source, detailType, detail } of world.bus.history.events.slice(told)) {
      if (source === 'payscore.ledger') say(`${new Date().toISOString()} ${detailType} ${detail}`)
    }
    told = world.bus.history.events.length
  }, 500)
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  statements.close()
  bills?.close()
  clearInterval(minutes)
  clearInterval(outcomes)
  withdraw()
  await world.close()
}

const playOnce = async (samples: readonly Sample[], shops: number | undefined): Promise<number> => {
  const world = await startWorld({ merchants: localMerchants(shops), apiPort: 0 })
  const played = await playAll(world, samples, 'end').finally(() => world.close())
  return sumUp(played) ? 0 : 1
}

const playAndStayUp = async (
  samples: readonly Sample[],
  { port: apiPort, do: how, shops }: StartOptions,
): Promise<void> => {
  const isFast = how === 'fast'
  const release = claimLocalFolder()
  const world = await startWorld({ merchants: localMerchants(shops), apiPort, ledgerPath: '.local/ledger' })
  keepPublicKey(world)
  const fresh = addStandingOrders(world)
  sumUp(await playAll(world, samples, isFast ? 'end' : 'first wait'))
  // The bill of the day on which the samples were played is there the next morning.
  if (isFast) await passToNextBill(world)
  openPages(world)
  await stayUp(world, MERCHANT.mchid, fresh, false)
  release()
}

const goLive = async (file: string, apiPort: number): Promise<void> => {
  const release = claimLocalFolder()
  const { world, mchid } = await startLiveWorld(file, apiPort)
  say('LIVE: every call goes to the real WeChat Pay 生产环境:每次调用都会发往微信支付')
  openLivePages(world)
  await stayUp(world, mchid, 'YOUR-ORDER-NUMBER', true)
  release()
}

const main = async (): Promise<number> => {
  const options = readStartOptions(process.argv.slice(2))
  switch (options.do) {
    case 'help':
      say(USAGE)
      return 0
    case 'explain live':
      say(WHY_LIVE)
      return 2
    case 'live':
      await goLive(options.merchant, options.port)
      return 0
    case 'once':
      return playOnce(readSamples(options.samples), options.shops)
    default:
      await playAndStayUp(readSamples(options.samples), options)
      return 0
  }
}

/**
 * A problem that the person can correct is explained in both languages; any other error is ours and shows its stack.
 */
const explain = (error: unknown): never => {
  const said = error instanceof StartError ? error : listenError(error)
  if (!said) throw error
  process.stderr.write(`${said.message}\n`)
  process.exit(2)
}

/** Explains Node's errors about a port. */
const listenError = (error: unknown): StartError | undefined => {
  const { code, syscall, port } = error as NodeJS.ErrnoException & { readonly port?: number }
  if (syscall !== 'listen') return undefined
  if (code === 'EADDRINUSE')
    return new StartError({
      en: `Port ${port} is taken by another program: choose another with npm start -- --port N.`,
      zh: `端口 ${port} 已被其他程序占用:请用 npm start -- --port N 另选端口。`,
    })
  return new StartError({
    en: `Port ${port} cannot be used (${code}): choose another with npm start -- --port N.`,
    zh: `端口 ${port} 无法使用(${code}):请用 npm start -- --port N 另选端口。`,
  })
}

process.exitCode = await main().catch(explain)
