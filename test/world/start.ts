// npm start: the way of an order on this machine, shown by named samples; then an API on port 3000.
import { parseArgs } from 'node:util'
import { announceWorld } from './announce-world.ts'
import { startLiveWorld, WHY_LIVE } from './live.ts'
import { MERCHANT, OTHER_MERCHANT, type Played, playSample, readSamples, type Sample } from './samples.ts'
import { tableHead, tableRow } from './table.ts'
import { watchStatements } from './watch-statements.ts'
import { startWorld, type World } from './world.ts'

const USAGE = `npm start -- [--once] [--fast] [--port 3000] [--samples FOLDER] [--merchant FILE.json --live]

  --once      play the samples to their end and stop; exit code 0 only if all ended as they should
              播放全部示例后退出;全部符合预期时退出码为 0
  --fast      move the local clock over every wait, then stay up
              跳过等待时间,之后继续运行
  --port N    where the HTTP route listens (3000)
              本地 HTTP 端口
  --samples FOLDER
              your own samples in place of test/world/samples/
              使用自己的示例目录
  --merchant FILE.json --live
              a real merchant's secret and the real WeChat Pay: every call is production
              使用真实商户密钥并连接真实微信支付:每次调用都是生产调用`

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

/** Runs reconcile each minute, tells outcomes as they come, and stops on Ctrl-C. */
const stayUp = async (world: World, mchid: string, out_order_no: string, isLive: boolean): Promise<void> => {
  const url = `${world.api.url}/merchants/${mchid}/payafter-orders/${out_order_no}`
  const paid_time = new Date(world.clock.now())
    .toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' })
    .replace(/\D/g, '')
  say(
    `\nUp at ${world.api.url}; reconcile runs each minute. Ctrl-C stops. 本地服务已启动,每分钟调度一次,Ctrl-C 停止。\n`,
  )
  say(`  curl -X POST ${url}/sync -H 'content-type: application/json' -d '{"detail":{"paid_time":"${paid_time}"}}'`)
  say(`  curl ${url}\n`)
  // A sample left in the folder must not become a call to the real WeChat Pay.
  const folder = isLive ? '.local/live-statements' : '.local/statements'
  const statements = watchStatements({ folder, mchid, objects: world.objects, say })
  const withdraw = announceWorld(world)
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
  clearInterval(minutes)
  clearInterval(outcomes)
  withdraw()
  await world.close()
}

const playOnce = async (samples: readonly Sample[]): Promise<number> => {
  const world = await startWorld({ merchants: [MERCHANT, OTHER_MERCHANT], apiPort: 0 })
  const played = await playAll(world, samples, 'end').finally(() => world.close())
  const right = played.filter(({ wrong }) => wrong.length === 0).length
  say(`\n${right} of ${played.length} samples ended as they should 全部示例中 ${right} 个符合预期`)
  return right === played.length ? 0 : 1
}

const playAndStayUp = async (samples: readonly Sample[], apiPort: number, isFast: boolean): Promise<void> => {
  const world = await startWorld({ merchants: [MERCHANT, OTHER_MERCHANT], apiPort, ledgerPath: '.local/ledger' })
  await playAll(world, samples, isFast ? 'end' : 'first wait')
  const [service_id = ''] = Object.keys(MERCHANT.services)
  addStatementOrders(world, service_id)
  const out_order_no = `TRY-${world.clock.now()}`
  world.wechatpay.addOrder({
    family: 'payafter-orders',
    mchid: MERCHANT.mchid,
    service_id,
    out_order_no,
    total_amount: 12800,
  })
  await stayUp(world, MERCHANT.mchid, out_order_no, false)
}

/** The orders of test/world/statement.csv, unless an earlier start has them. */
const addStatementOrders = (world: World, service_id: string): void => {
  const known = new Set(world.wechatpay.orders().map((order) => order.out_order_no))
  for (const [out_order_no, total_amount] of [
    ['SP2026112400001', 12800],
    ['SP2026112400002', 5650],
    ['SP2026112400003', 8800],
  ] as const)
    if (!known.has(out_order_no))
      world.wechatpay.addOrder({
        family: 'payafter-orders',
        mchid: MERCHANT.mchid,
        service_id,
        out_order_no,
        total_amount,
      })
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      fast: { type: 'boolean', default: false },
      port: { type: 'string', default: '3000' },
      samples: { type: 'string' },
      merchant: { type: 'string' },
      live: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    say(USAGE)
    return 0
  }
  if (values.live !== (values.merchant !== undefined)) {
    say(WHY_LIVE)
    return 2
  }
  if (values.merchant !== undefined) {
    const { world, mchid } = await startLiveWorld(values.merchant, Number(values.port))
    say('LIVE: every call goes to the real WeChat Pay 生产环境:每次调用都会发往微信支付')
    await stayUp(world, mchid, 'YOUR-ORDER-NUMBER', true)
    return 0
  }
  const samples = readSamples(values.samples)
  if (values.once) return playOnce(samples)
  await playAndStayUp(samples, Number(values.port), values.fast)
  return 0
}

/** What the person at the keyboard can mend is said in a line; anything else is a fault of ours and shows its stack. */
const explain = (error: unknown): never => {
  const { code, message = '' } = error as { code?: unknown; message?: string } // Node's own errors carry both
  if (code === 'EADDRINUSE')
    say('The port is taken: choose another with --port N. 端口已被占用,请用 --port N 另选端口。')
  else if (code === 'ENOENT' || String(code).startsWith('ERR_PARSE_ARGS')) say(`${message}\n\n${USAGE}`)
  else throw error
  process.exit(2)
}

process.exitCode = await main().catch(explain)
