import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ACQUIRED, MERCHANT, OTHER_MERCHANT, SHOP } from './local-merchants.ts'
import { StartError } from './start-error.ts'
import type { Order, OrderSeed } from './wechatpay/orders.ts'
import type { Wechatpay } from './wechatpay/wechatpay.ts'
import { TILL, type World, type WorldMerchant } from './world.ts'

/** The steps of a sample, in order. */
type Scene =
  | { readonly notice: 'http' | 'event'; readonly amount?: number; readonly paid?: string }
  | { readonly wait: string }
  | { readonly order: 'completed' | 'cancelled' | 'charge starts' | 'charge fails' | 'charged' }
  | { readonly wechatpay: 'refuses a parameter' }
  | { readonly key: 'wrong' | 'right' }

/** One file of samples/: an order at WeChat Pay, what happens, and how it must end. */
export type Sample = {
  readonly name: string
  readonly title: { readonly en: string; readonly zh: string }
  /** Whose order it is, if it is not a direct merchant's. */
  readonly merchant?: 'shop' | 'acquired'
  readonly order: Pick<OrderSeed, 'state' | 'total_amount'> | null
  readonly story: readonly Scene[]
  /** What must be true before the first wait. */
  readonly soon?: Omit<Sample['ends'], 'status'>
  readonly ends: {
    /** The status of the first HTTP response. */
    readonly status?: number
    readonly state: string
    readonly confirmed?: boolean
    readonly reason?: string
    readonly amount?: number
    readonly posts?: number
    readonly queries?: number
  }
}

/** @param folder has one file for each sample; by default our own. Throws StartError. */
export const readSamples = (folder = join(import.meta.dirname, 'samples')): readonly Sample[] =>
  namesIn(folder)
    .sort((a, b) => Number(b === PLAIN) - Number(a === PLAIN) || (a < b ? -1 : 1))
    .map((file) => readSample(folder, file))

const namesIn = (folder: string): string[] => {
  const names = existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : []
  const samples = names.filter((name) => name.endsWith('.json'))
  if (samples.length > 0) return samples
  throw new StartError({
    en: `${folder} is no folder with samples (*.json), as lib/local/samples is`,
    zh: `${folder} 不是示例目录:其中应有示例文件(*.json),参见 lib/local/samples`,
  })
}

const readSample = (folder: string, file: string): Sample => {
  let sample: Partial<Sample> = {}
  try {
    sample = { name: basename(file, '.json'), ...JSON.parse(readFileSync(join(folder, file), 'utf8')) }
  } catch (error) {
    throw notASample(folder, file, error)
  }
  const { title, story, ends } = sample
  if (title?.en && title.zh && Array.isArray(story) && ends?.state) return sample as Sample // only what was checked
  throw notASample(folder, file)
}

const notASample = (folder: string, file: string, cause?: unknown): StartError =>
  new StartError(
    {
      en: `${join(folder, file)} is not a sample: JSON with title (en, zh), order, story and ends is wanted, as in lib/local/samples`,
      zh: `${join(folder, file)} 不是示例文件:应为含 title(en、zh)、order、story、ends 的 JSON,参见 lib/local/samples`,
    },
    { cause },
  )

/** The first sample that is shown. */
const PLAIN = 'paid.json'

/** The result of a sample, from WeChat Pay's history and the ledger. */
export type Played = {
  readonly sample: Sample
  readonly out_order_no: string
  /** How the payment notices were sent. */
  readonly notices: readonly ('http' | 'event')[]
  /** The statuses of the HTTP responses. */
  readonly statuses: readonly number[]
  readonly posts: number
  readonly queries: number
  /** As `GET /merchants/{mchid}/payafter-orders/{out_order_no}` answers. */
  readonly order: Readonly<Record<string, unknown>>
  /** Whether all steps were played. */
  readonly isAtEnd: boolean
  /** Differences from what must be true at the end, or before the first wait. */
  readonly wrong: readonly string[]
}

/** Whether a sample changes the merchant's key. */
export const hasKeyScene = ({ story }: Sample): boolean => story.some((scene) => 'key' in scene)

const merchantOf = (sample: Sample): WorldMerchant => {
  if (sample.merchant === 'shop') return SHOP
  if (sample.merchant === 'acquired') return ACQUIRED
  return hasKeyScene(sample) ? OTHER_MERCHANT : MERCHANT
}

/** Plays a sample to its end, with waits that move the local world's clock, or only until the first wait. */
export const playSample = async (
  sample: Sample,
  world: World,
  until: 'end' | 'first wait',
  merchant: WorldMerchant = merchantOf(sample),
): Promise<Played> => {
  const { mchid, services } = merchant
  const [service_id = '', ...others] = Object.keys(services)
  const out_order_no = await freeNumber(sample.name, world)
  const order = sample.order && world.wechatpay.addOrder({ ...orderPlace(merchant), out_order_no, ...sample.order })
  const paidAt = world.clock.now()
  const statuses: number[] = []
  const notices: ('http' | 'event')[] = []

  const scenes = until === 'end' ? sample.story : beforeFirstWait(sample.story)
  for (const scene of scenes) {
    if ('wait' in scene) await world.pass(milliseconds(scene.wait))
    else if ('order' in scene && order) moveOrder(order, scene.order, world.wechatpay)
    else if ('wechatpay' in scene)
      world.wechatpay.refuseNext({ refusal: 'parameter-illegal', match: { kind: 'sync', out_order_no } })
    else if ('key' in scene) await changeKey(world, mchid, scene.key === 'right')
    else if ('notice' in scene) {
      const paid_time = chinaTime(paidAt - milliseconds(scene.paid?.replace(' ago', '') ?? '0 min'))
      const notice = {
        mchid,
        out_order_no,
        detail: { paid_time },
        ...(scene.amount !== undefined && { amount: scene.amount }),
        ...(others.length > 0 && { service_id }),
      }
      const status = await handOver(world, scene.notice, notice)
      notices.push(scene.notice)
      if (status !== undefined) statuses.push(status)
    }
  }
  await world.idle()
  const { url, headers } = world.api
  const answer = await fetch(`${url}/merchants/${mchid}/payafter-orders/${out_order_no}`, { headers })
  const posts = world.wechatpay.history.posts(out_order_no).length
  const queries = world.wechatpay.history.queries(out_order_no).length
  const told = (await answer.json()) as Played['order'] // our own response, compared member by member below
  const isAtEnd = scenes.length === sample.story.length
  const played = { sample, out_order_no, notices, statuses, posts, queries, order: told, isAtEnd }
  return { ...played, wrong: differences(played) }
}

/** The name of the sample; if an earlier start has played it, with the time added. */
const freeNumber = async (name: string, { table, clock }: World): Promise<string> => {
  const isTaken = (await table.rows()).some(({ pk }) => String(pk).endsWith(`#${name}`))
  return isTaken ? `${name}-${clock.now()}`.slice(-32) : name.slice(-32)
}

const beforeFirstWait = (story: Sample['story']): Sample['story'] => {
  const wait = story.findIndex((scene) => 'wait' in scene)
  return wait < 0 ? story : story.slice(0, wait)
}

/** Where a merchant's order is at WeChat Pay. */
export const orderPlace = ({
  mchid,
  provider,
  channel_id,
  order_api = 'payafter-orders',
  services,
}: WorldMerchant): Omit<OrderSeed, 'out_order_no' | 'total_amount'> => ({
  family: order_api === 'payafter-orders' ? order_api : 'serviceorder',
  mchid: provider ?? mchid,
  service_id: Object.keys(services)[0] ?? '',
  ...(provider && { sub_mchid: mchid, appid: 'wxd678efh567hg6789' }),
  ...(channel_id && { channel_id }),
})

type Notice = {
  readonly mchid: string
  readonly out_order_no: string
  readonly detail: { readonly paid_time: string }
  readonly amount?: number
  readonly service_id?: string
}

/** Gives the status of the HTTP response; undefined for an event. */
const handOver = async (world: World, via: 'http' | 'event', notice: Notice): Promise<number | undefined> => {
  if (via === 'event') {
    const entry = { Source: TILL, DetailType: 'Payscore Order Paid Offline', EventBusName: world.bus.name }
    world.bus.putEvents({ Entries: [{ ...entry, Detail: JSON.stringify(notice) }] })
    await world.idle()
    return undefined
  }
  const { mchid, out_order_no, ...rest } = notice
  const response = await fetch(`${world.api.url}/merchants/${mchid}/payafter-orders/${out_order_no}/sync`, {
    method: 'POST',
    headers: { ...world.api.headers, 'content-type': 'application/json' },
    body: JSON.stringify(rest),
  })
  await response.text()
  // An order that is checked first is queried at once. Moving the clock during this query would end its lease.
  await world.idle()
  return response.status
}

const moveOrder = (order: Order, move: Extract<Scene, { order: unknown }>['order'], wechatpay: Wechatpay): void => {
  if (order.state === 'created') wechatpay.customerAccepts(order)
  if (move === 'completed') wechatpay.merchantCompletes(order)
  if (move === 'cancelled') wechatpay.merchantCancels(order)
  if (move === 'charge starts') wechatpay.chargeStarts(order)
  if (move === 'charge fails') wechatpay.chargeFails(order)
  if (move === 'charged') wechatpay.payscoreCharges(order)
}

/** A function keeps a secret for minutes. New processes read the changed secret at once. */
const changeKey = async ({ putKey, lambdas }: World, mchid: string, isRight: boolean): Promise<void> => {
  putKey(mchid, isRight)
  await Promise.all([lambdas.sync.kill(), lambdas.query.kill()])
}

const differences = (played: Omit<Played, 'wrong'>): readonly string[] => {
  const { sample, statuses, posts, queries, order, isAtEnd } = played
  const { status, ...end } = sample.ends
  const ends = isAtEnd ? end : sample.soon
  const seen: Readonly<Record<string, unknown>> = { ...order, posts, queries }
  const wrong = Object.entries(ends ?? {}).flatMap(([name, value]) =>
    seen[name] === value ? [] : [`${name} is ${seen[name]}, not ${value}`],
  )
  return status === undefined || statuses[0] === status ? wrong : [`status is ${statuses[0]}, not ${status}`, ...wrong]
}

const UNITS: Readonly<Record<string, number>> = { min: 60_000, h: 3_600_000 }

const milliseconds = (text: string): number => {
  const [count = '', unit = ''] = text.split(' ')
  return Number(count) * (UNITS[unit] ?? Number.NaN)
}

/** yyyyMMddHHmmss, as a POS writes it. */
const chinaTime = (ms: number): string =>
  new Date(ms).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).replace(/\D/g, '')
