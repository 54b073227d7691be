import { parseArgs } from 'node:util'
import { StartError } from './start-error.ts'

export const USAGE = `npm start -- [--once | --fast] [--port 3000] [--samples FOLDER] [--shops N]
npm start -- --merchant FILE.json --live [--port 3000]

  --once      play the samples to their end and stop; exit code 0 only if all
              ended as they should
              运行全部示例后退出;全部符合预期时退出码为 0
  --fast      move the local clock over every wait, then stay up
              跳过等待时间,之后继续运行
  --port N    where the HTTP route listens (3000); 0: a free one
              本地 HTTP 端口(默认 3000;0 为任意空闲端口)
  --samples FOLDER
              your own samples in place of lib/local/samples/
              使用自己的示例目录
  --shops N   how many sub-merchants the service provider has (3; at most 100000)
              服务商的子商户数量(默认 3,最多 100000)
  --merchant FILE.json --live
              a real merchant's secret and the real WeChat Pay: every call is
              production
              使用真实商户密钥并连接真实微信支付:每次调用都是生产调用`

export const WHY_LIVE = `WeChat Pay has no sandbox: with a real merchant's key every call is a production call, and a sync cannot be undone.
Say --merchant FILE.json and --live together when that is what you want.
微信支付没有沙箱:使用真实商户密钥时,每次调用都是生产调用,且同步不可撤销。
如确需如此,请同时使用 --merchant FILE.json 与 --live。`

export type StartOptions = {
  readonly port: number
  readonly samples: string | undefined
  /** How many sub-merchants the service provider has; undefined for the usual few. */
  readonly shops: number | undefined
} & (
  | { readonly do: 'help' | 'once' | 'fast' | 'stay up' | 'explain live' }
  | { readonly do: 'live'; readonly merchant: string }
)

/** Throws StartError if the command line is invalid. */
export const readStartOptions = (args: readonly string[]): StartOptions => {
  const { once, fast, samples, merchant, live, help, port, shops } = parse(args)
  const common = { port: readPort(port ?? '3000'), samples, shops: readShops(shops) }
  if (help) return { ...common, do: 'help' }
  if (live !== (merchant !== undefined)) return { ...common, do: 'explain live' }
  const modes = Object.entries({ '--once': once, '--fast': fast, '--live': live }).filter(([, isSaid]) => isSaid)
  if (modes.length > 1) throw contradiction(modes.map(([name]) => name))
  if (live && samples !== undefined) throw contradiction(['--live', '--samples'])
  if (live && shops !== undefined) throw contradiction(['--live', '--shops'])
  if (once && port !== undefined) throw contradiction(['--once', '--port'])
  if (merchant !== undefined) return { ...common, do: 'live', merchant }
  return { ...common, do: once ? 'once' : fast ? 'fast' : 'stay up' }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        fast: { type: 'boolean', default: false },
        port: { type: 'string' },
        samples: { type: 'string' },
        shops: { type: 'string' },
        merchant: { type: 'string' },
        live: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    const [said = ''] = (error instanceof Error ? error.message : '').split(/\n|\. /)
    const [named = ''] = /'.*'/.exec(said) ?? []
    throw new StartError(
      {
        en: `${said}; npm start -- --help shows all options`,
        zh: `命令行参数有误:${named};全部参数见 npm start -- --help`,
      },
      { cause: error },
    )
  }
}

const readPort = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new StartError({
    en: `--port ${text}: a port is a whole number from 0 to 65535`,
    zh: `--port ${text}:端口应为 0 到 65535 的整数`,
  })
}

const MOST_SHOPS = 100_000

const readShops = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const shops = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (shops >= 1 && shops <= MOST_SHOPS) return shops
  throw new StartError({
    en: `--shops ${text}: must be a whole number from 1 to ${MOST_SHOPS}`,
    zh: `--shops ${text}:应为 1 到 ${MOST_SHOPS} 的整数`,
  })
}

const contradiction = (names: readonly string[]): StartError =>
  new StartError({ en: `${names.join(' and ')} do not go together`, zh: `${names.join(' 与 ')} 不能同时使用` })
