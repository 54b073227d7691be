import { InputError } from '../errors.ts'
import { isObject, type Json, membersOf } from '../json.ts'
import type { OrderKey } from '../ledger/row.ts'
import { LIMITS } from '../limits.ts'
import { damagedText, readJson } from '../text.ts'

/** How an offline payment was handed over, and what was in it. Nothing in `notice` has been checked but its size. */
export type EventSource = {
  readonly via: 'http' | 'event' | 'direct'
  /** ms: when the notice was made. */
  readonly noticed_at: number
  /** The event's source, to be held against the merchant's list. */
  readonly source?: string
  /** What the path says, over HTTP. */
  readonly path?: OrderKey
  readonly notice: unknown
}

/** detail-type of the one event that hands over an offline payment. */
export const PAID_OFFLINE = 'Payscore Order Paid Offline'

/** Tells API Gateway (payload 1.0 and 2.0), EventBridge and direct invocation apart. Throws InputError. */
export const readEventSource = (event: unknown, nowMs: number): EventSource => {
  if (!isObject(event)) throw new InputError('event', 'must be an object')
  if (isObject(event.requestContext)) return fromHttp(event, nowMs)
  if ('detail-type' in event) return fromEventBridge(event, nowMs)
  return { via: 'direct', noticed_at: nowMs, notice: ofSoundText(ofFairSize(event)) }
}

/** Is it a request of API Gateway, so that the answer must be one as well? */
export const isHttp = (event: unknown): boolean => isObject(membersOf(event).requestContext)

/** The order that the path of an HTTP request names. Throws InputError. */
export const readPath = (event: unknown): OrderKey => {
  const parameters = membersOf(membersOf(event).pathParameters)
  return {
    // Never decoded here: policies name merchants by the path as it came.
    mchid: pathText(parameters.mchid, 'mchid'),
    out_order_no: pathValue(parameters.out_order_no, 'out_order_no'),
  }
}

/** A name that a route has in its path beside the order. */
export const readPathName = (event: unknown, name: string): unknown => membersOf(membersOf(event).pathParameters)[name]

/** The query string, of which these names are read. Throws InputError for any other: somebody meant something by it. */
export const readQuery = <Name extends string>(
  event: unknown,
  ...names: readonly Name[]
): { readonly [name in Name]?: string } => {
  const stated = membersOf(membersOf(event).queryStringParameters)
  const unknown = Object.keys(stated).find((name) => !names.some((known) => known === name))
  if (unknown !== undefined)
    throw new InputError(unknown, `is not read from the query string${names.length > 0 ? knownAre(names) : ''}`)
  return Object.fromEntries(Object.entries(stated).map(([name, value]) => [name, String(value)])) as {
    readonly [name in Name]?: string
  } // only such names are left
}

const knownAre = (names: readonly string[]): string => `, where only ${names.join(', ')} may stand`

/** Who calls, as IAM knows it: the ARN that API Gateway writes into payload 2.0, resp. 1.0. */
export const readCaller = (event: unknown): unknown => {
  const context = membersOf(membersOf(event).requestContext)
  const iam = membersOf(membersOf(context.authorizer).iam)
  const identity = membersOf(context.identity)
  return iam.userArn ?? identity.userArn
}

const fromHttp = (event: Json, nowMs: number): EventSource => {
  readQuery(event)
  return { via: 'http', noticed_at: nowMs, path: readPath(event), notice: ofSoundText(readBody(event), 'body') }
}

/** The event's own `time` stays the same when Lambda tries again; a clock ahead of ours must not outrank later notices. */
const fromEventBridge = (event: Json, nowMs: number): EventSource => {
  if (event['detail-type'] !== PAID_OFFLINE) throw new InputError('detail-type', `must be "${PAID_OFFLINE}"`)
  if (typeof event.source !== 'string') throw new InputError('source', 'must be text')
  const time = typeof event.time === 'string' ? Date.parse(event.time) : Number.NaN
  if (Number.isNaN(time)) throw new InputError('time', 'must be the time of the event, as RFC 3339')
  return {
    via: 'event',
    noticed_at: Math.min(time, nowMs),
    source: event.source,
    notice: ofSoundText(ofFairSize(event.detail)),
  }
}

/** API Gateway may have decoded a path value already: it is decoded at most once more, and only if it holds `%`. */
const pathValue = (value: unknown, field: string): string => {
  const text = pathText(value, field)
  try {
    // Stryker disable next-line StringLiteral: equivalent - text without % stays the same when it is decoded
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    throw new InputError(field, 'is not properly percent-encoded')
  }
}

const pathText = (value: unknown, field: string): string => {
  if (typeof value !== 'string') throw new InputError(field, 'is missing in the path')
  return value
}

/** The JSON body of an HTTP request. Throws InputError. */
export const readBody = (event: unknown): unknown => {
  const { body, isBase64Encoded } = membersOf(event)
  if (typeof body !== 'string' || body === '') throw new InputError('body', 'is missing')
  // Stryker disable next-line StringLiteral: equivalent - Node takes an empty name of an encoding for utf8
  const bytes = Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8')
  if (bytes.length > LIMITS.noticeBytes) throw tooLarge('body')
  if (isBase64Encoded === true && bytes.toString('base64') !== body) throw new InputError('body', 'is not base64')
  const read = readJson(bytes)
  if ('flaw' in read) throw new InputError('body', read.flaw.en)
  if (read.value === undefined) throw new InputError('body', 'must be JSON')
  return read.value
}

/** Gives back what it is given, unless text in it was damaged on its way here. Throws InputError. */
export const ofSoundText = (value: unknown, whole = 'detail'): unknown => {
  const damaged = damagedText(value)
  if (damaged === undefined) return value
  throw new InputError(damaged || whole, 'holds a character that was damaged on its way: send it as UTF-8')
}

const ofFairSize = (notice: unknown): unknown => {
  if (sizeOf(notice) > LIMITS.noticeBytes) throw tooLarge('detail')
  return notice
}

/** Bytes as JSON; infinite for what is nested too deep to be written. */
const sizeOf = (value: unknown): number => {
  try {
    // Stryker disable next-line StringLiteral: equivalent - what JSON cannot write has no size, and any short text is of fair size
    return Buffer.byteLength(JSON.stringify(value) ?? '')
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const tooLarge = (field: string) => new InputError(field, `must not be larger than ${LIMITS.noticeBytes} bytes`)
