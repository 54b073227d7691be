import { MERCHANTS, NOW } from '../../wechatpay/samples.ts'

/** What must be made of a notice that nothing is wrong with. */
export type Expected = {
  readonly mchid: string
  readonly out_order_no: string
  readonly service_id: string
  /** Of a direct merchant. */
  readonly appid: unknown
  readonly paid_time: string
  readonly isClamped: boolean
  readonly amount: unknown
  readonly labels: Readonly<Record<string, unknown>>
}

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members => value !== null && typeof value === 'object'
const isPlain = (value: unknown): value is Members => isObject(value) && !Array.isArray(value)
const own = (of: Members, name: string): unknown => (Object.hasOwn(of, name) ? of[name] : undefined)

const MOST_BYTES = 8192
const DAY_MS = 86_400_000

/**
 * What an event says, by the rules as they stand in words and without a line of the product: undefined where it must be
 * refused.
 */
export const expectedOf = (event: unknown): Expected | undefined => {
  if (!isPlain(event)) return undefined
  if (isPlain(event.requestContext)) return ofNotice(ofHttp(event))
  if ('detail-type' in event) return ofBus(event)
  return bytesOf(event) > MOST_BYTES || isDamaged(event) ? undefined : ofNotice(event)
}

const ofBus = (event: Members): Expected | undefined => {
  if (event['detail-type'] !== 'Payscore Order Paid Offline') return undefined
  if (typeof event.source !== 'string' || typeof event.time !== 'string') return undefined
  if (Number.isNaN(new Date(event.time).getTime()) || bytesOf(event.detail) > MOST_BYTES) return undefined
  if (isDamaged(event.detail)) return undefined
  const expected = ofNotice(event.detail)
  const isListed = expected && MERCHANTS.get(expected.mchid)?.sources.includes(event.source)
  return isListed ? expected : undefined
}

/** The notice of a request: path and body together, and neither against the other. */
const ofHttp = ({ pathParameters, body, isBase64Encoded }: Members): unknown => {
  if (!isPlain(pathParameters) || typeof body !== 'string' || body === '') return undefined
  const { mchid, out_order_no } = pathParameters
  if (typeof mchid !== 'string' || typeof out_order_no !== 'string') return undefined
  const isBase64 = isBase64Encoded === true
  if (isBase64 && (body.length % 4 !== 0 || !/^[0-9A-Za-z+/]*={0,2}$/.test(body))) return undefined
  const bytes = isBase64 ? Buffer.from(body, 'base64') : Buffer.from(body)
  const said = bytes.length > MOST_BYTES ? undefined : parsed(bytes)
  if (isDamaged(said)) return undefined
  const number = out_order_no.includes('%') ? decoded(out_order_no) : out_order_no
  if (!isPlain(said) || number === undefined) return undefined
  const isAgainst = (name: string, value: string) => own(said, name) !== undefined && own(said, name) !== value
  if (isAgainst('mchid', mchid) || isAgainst('out_order_no', number)) return undefined
  return { ...said, mchid, out_order_no: number }
}

/** Strict UTF-8, with or without a byte order mark; a name that stands twice in an object is one that gets lost. */
const parsed = (bytes: Uint8Array): unknown => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    return membersOf(value) === namesIn(text) ? value : undefined
  } catch {
    return undefined
  }
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const membersOf = (value: unknown): number =>
  isObject(value)
    ? Object.values(value).reduce<number>(
        (sum, one) => sum + membersOf(one),
        Array.isArray(value) ? 0 : Object.keys(value).length,
      )
    : 0

/** A colon that is in no string follows a name. */
const namesIn = (json: string): number => {
  let names = 0
  let isString = false
  for (let i = 0; i < json.length; i += 1) {
    const character = json.charAt(i)
    if (isString && character === '\\') i += 1
    else if (character === '"') isString = !isString
    else if (character === ':' && !isString) names += 1
  }
  return names
}

/** JSON writes half a pair of surrogates as an escape, and nothing else above it. */
const isDamaged = (value: unknown): boolean =>
  /\ufffd|\\ud[89a-f]/.test((JSON.stringify(value) ?? '').replaceAll('\\\\', ''))

const bytesOf = (value: unknown): number => {
  try {
    return Buffer.from(JSON.stringify(value) ?? '').length
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const MEMBERS = [
  ...['mchid', 'out_order_no', 'service_id', 'appid', 'sub_mchid', 'channel_id', 'type', 'detail'],
  ...['amount', 'shop_id', 'cashier_id', 'pos_ref'],
]

const hasOnly = (of: Members, names: readonly string[]): boolean =>
  Object.keys(of).every((name) => names.includes(name))

const ofNotice = (notice: unknown): Expected | undefined => {
  if (!isObject(notice) || !hasOnly(notice, MEMBERS)) return undefined
  const read = (name: string) => own(notice, name)
  const mchid = read('mchid')
  const merchant = typeof mchid === 'string' ? MERCHANTS.get(mchid) : undefined
  if (typeof mchid !== 'string' || !merchant || merchant.closed) return undefined

  const out_order_no = read('out_order_no')
  if (typeof out_order_no !== 'string' || !isOrderNumber(out_order_no)) return undefined
  const type = read('type')
  if (type !== undefined && type !== 'Order_Paid') return undefined

  const services = [...merchants(mchid)]
  const asked = read('service_id')
  const service_id = asked === undefined && services.length === 1 ? services[0] : asked
  if (typeof service_id !== 'string' || !services.includes(service_id)) return undefined

  const appids = merchant.provider === undefined ? (merchant.services.get(service_id) ?? []) : []
  const [first] = appids
  const appid = read('appid') === undefined ? first : read('appid')
  if (read('appid') !== undefined && !appids.some((one) => one === appid)) return undefined
  if (![undefined, merchant.provider && mchid].includes(read('sub_mchid') as string)) return undefined
  if (![undefined, merchant.channel_id].includes(read('channel_id') as string)) return undefined

  const detail = read('detail')
  if (isObject(detail) && !hasOnly(detail, ['paid_time'])) return undefined
  const paid_time = isObject(detail) ? own(detail, 'paid_time') : undefined
  const timeMs = typeof paid_time === 'string' ? timeOf(paid_time) : undefined
  if (timeMs === undefined || timeMs > NOW + DAY_MS) return undefined

  const amount = read('amount')
  if (amount !== undefined && !isFen(amount)) return undefined
  const labels = ['shop_id', 'cashier_id', 'pos_ref'].map((name) => [name, read(name)] as const)
  const said = labels.filter(([, value]) => value !== undefined)
  if (said.some(([, value]) => !isLabel(value))) return undefined
  return {
    mchid,
    out_order_no,
    service_id,
    appid,
    paid_time: inChina(Math.min(timeMs, NOW)),
    isClamped: timeMs > NOW,
    amount,
    labels: Object.fromEntries(said),
  }
}

const merchants = (mchid: string): Iterable<string> => MERCHANTS.get(mchid)?.services.keys() ?? []

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-|*'

const isOrderNumber = (text: string): boolean => {
  let right = text.length >= 1 && text.length <= 32
  for (let i = 0; i < text.length; i += 1) right &&= LETTERS.includes(text.charAt(i))
  return right
}

const isFen = (value: unknown): boolean =>
  typeof value === 'number' && value === Math.round(value) && value > 0 && value <= 10_000_000_000

/** No control, format, private, unassigned or half character, and no separator of lines. */
const isLabel = (value: unknown): boolean => {
  if (typeof value !== 'string') return false
  const characters = Array.from(value)
  const isSeen = (character: string) => !/^[\p{C}\p{Zl}\p{Zp}]$/u.test(character)
  return characters.length >= 1 && characters.length <= 64 && characters.every(isSeen)
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const digit = (text: string, at: number): number => '0123456789'.indexOf(text.charAt(at) || 'x')

/** `count` digits at a place; NaN for anything else. */
const number = (text: string, at: number, count: number): number => {
  let sum = 0
  for (let i = 0; i < count; i += 1) {
    const one = digit(text, at + i)
    if (one < 0) return Number.NaN
    sum = sum * 10 + one
  }
  return sum
}

/** ms of a time in one of the three forms; undefined for any other text. */
const timeOf = (text: string): number | undefined => {
  if (text.length === 14 || text.length === 8) {
    const clock = text.length === 14 ? [8, 10, 12].map((at) => number(text, at, 2)) : [0, 0, 0]
    const ms = moment(number(text, 0, 4), number(text, 4, 2), number(text, 6, 2), clock)
    return ms === undefined ? undefined : ms - 8 * 3_600_000
  }
  return ofRfc3339(text)
}

const ofRfc3339 = (text: string): number | undefined => {
  const between = [4, 7, 13, 16].map((at) => text.charAt(at)).join('')
  if (between !== '--::' || !'Tt'.includes(text.charAt(10)) || text.length < 20) return undefined
  const clock = [11, 14, 17].map((at) => number(text, at, 2))
  const ms = moment(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2), clock)
  let at = 19
  if (text.charAt(at) === '.') {
    at += 1
    const from = at
    while (digit(text, at) >= 0) at += 1
    if (at === from || at - from > 9) return undefined
  }
  const zone = text.slice(at)
  if (ms === undefined) return undefined
  if (zone === 'Z' || zone === 'z') return ms
  const [hours, minutes] = [number(zone, 1, 2), number(zone, 4, 2)]
  const isZone = zone.length === 6 && '+-'.includes(zone.charAt(0)) && zone.charAt(3) === ':'
  if (!isZone || !(hours <= 23) || !(minutes <= 59)) return undefined
  return ms - (zone.charAt(0) === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** ms since 1970, counted by days; the first hundred years are not taken. */
const moment = (year: number, month: number, day: number, clock: readonly number[]): number | undefined => {
  const [hour = 0, minute = 0, second = 0] = clock
  const days = (DAYS[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0)
  if (!(year >= 100 && day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59)) return undefined
  let count = day - 1
  for (let m = 1; m < month; m += 1) count += (DAYS[m - 1] ?? 0) + (m === 2 && isLeap(year) ? 1 : 0)
  const before = (y: number) => 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  count += before(year - 1) - before(1969)
  return ((count * 24 + hour) * 60 + minute) * 60_000 + second * 1000
}

const inChina = (ms: number): string => {
  const text = new Date(ms + 8 * 3_600_000).toISOString()
  return [
    text.slice(0, 4),
    text.slice(5, 7),
    text.slice(8, 10),
    text.slice(11, 13),
    text.slice(14, 16),
    text.slice(17, 19),
  ].join('')
}
