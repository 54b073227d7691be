import { InputError } from '../errors.ts'
import { isObject, type Json, membersOf } from '../json.ts'
import type { OrderKey } from '../ledger/row.ts'
import { LIMITS } from '../limits.ts'
import { damagedText, readJson } from '../text.ts'

/**
 * How an offline payment was handed over, and the notice itself. Only the size and the text of `notice` have been
 * checked.
 */
export type EventSource = {
  readonly via: 'http' | 'event' | 'direct'
  /** When the notice was made, in ms. */
  readonly noticed_at: number
  /**
   * The source of the EventBridge event, or of the till that calls over HTTP, to be compared with the sources of the
   * merchant.
   */
  readonly source?: string
  /** The order in the path of the HTTP request. */
  readonly path?: OrderKey
  readonly notice: unknown
}

/** detail-type of the only event that hands over an offline payment. */
export const PAID_OFFLINE = 'Payscore Order Paid Offline'

/** Tells API Gateway (payload 1.0 and 2.0), EventBridge and direct invocation apart. Throws InputError. */
export const readEventSource = (event: unknown, nowMs: number): EventSource => {
  if (!isObject(event)) throw new InputError('event', 'must be an object')
  if (isObject(event.requestContext)) return fromHttp(event, nowMs)
  if ('detail-type' in event) return fromEventBridge(event, nowMs)
  return { via: 'direct', noticed_at: nowMs, notice: requireUndamagedText(requireNoticeSize(event)) }
}

/** Whether the event is a request of API Gateway, so that the answer must be an HTTP response. */
export const isHttp = (event: unknown): boolean => isObject(membersOf(event).requestContext)

/** The order in the path of an HTTP request. Throws InputError. */
export const readPath = (event: unknown): OrderKey => {
  const parameters = membersOf(membersOf(event).pathParameters)
  return {
    // The mchid is not decoded: IAM policies match the path as the caller sent it.
    mchid: pathText(parameters.mchid, 'mchid'),
    out_order_no: pathValue(parameters.out_order_no, 'out_order_no'),
  }
}

/** A path parameter of a route, other than the order. */
export const readPathName = (event: unknown, name: string): unknown => membersOf(membersOf(event).pathParameters)[name]

/**
 * The query string parameters with these names. Throws InputError for any other parameter: the caller expects it to
 * have an effect.
 */
export const readQuery = <Name extends string>(
  event: unknown,
  ...names: readonly Name[]
): { readonly [name in Name]?: string } => {
  const stated = membersOf(membersOf(event).queryStringParameters)
  const unknown = Object.keys(stated).find((name) => !names.some((known) => known === name))
  if (unknown !== undefined)
    throw new InputError(unknown, `is not read from the query string${names.length > 0 ? allowedNames(names) : ''}`)
  return Object.fromEntries(Object.entries(stated).map(([name, value]) => [name, String(value)])) as {
    readonly [name in Name]?: string
  } // only such names are left
}

const allowedNames = (names: readonly string[]): string => `, where only ${names.join(', ')} may stand`

/**
 * The identity of the caller: the ARN that API Gateway writes into the event after IAM authorization (payload 2.0, then
 * 1.0).
 */
export const readCaller = (event: unknown): unknown => {
  const context = membersOf(membersOf(event).requestContext)
  const iam = membersOf(membersOf(context.authorizer).iam)
  const identity = membersOf(context.identity)
  return iam.userArn ?? identity.userArn
}

const fromHttp = (event: Json, nowMs: number): EventSource => {
  readQuery(event)
  return {
    via: 'http',
    noticed_at: nowMs,
    path: readPath(event),
    notice: requireUndamagedText(readBody(event), 'body'),
  }
}

/**
 * The event's own `time` stays the same when Lambda invokes again. It is limited to now, so that a sender whose clock
 * is ahead does not outrank later notices.
 */
const fromEventBridge = (event: Json, nowMs: number): EventSource => {
  if (event['detail-type'] !== PAID_OFFLINE) throw new InputError('detail-type', `must be "${PAID_OFFLINE}"`)
  if (typeof event.source !== 'string') throw new InputError('source', 'must be text')
  const time = typeof event.time === 'string' ? Date.parse(event.time) : Number.NaN
  if (Number.isNaN(time)) throw new InputError('time', 'must be the time of the event, as RFC 3339')
  return {
    via: 'event',
    noticed_at: Math.min(time, nowMs),
    source: event.source,
    notice: requireUndamagedText(requireNoticeSize(event.detail)),
  }
}

/**
 * API Gateway may already have decoded a path parameter: it is decoded once more at most, and only if it contains `%`.
 */
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

/** Returns the value, unless a text in it contains damaged characters. Throws InputError. */
export const requireUndamagedText = (value: unknown, whole = 'detail'): unknown => {
  const damaged = damagedText(value)
  if (damaged === undefined) return value
  throw new InputError(damaged || whole, 'holds a character that was damaged on its way: send it as UTF-8')
}

const requireNoticeSize = (notice: unknown): unknown => {
  if (sizeOf(notice) > LIMITS.noticeBytes) throw tooLarge('detail')
  return notice
}

/** Size in bytes as JSON; infinite if the value is nested too deep for JSON.stringify. */
const sizeOf = (value: unknown): number => {
  try {
    // Stryker disable next-line StringLiteral: equivalent - what JSON cannot write has no size, and any short text is of fair size
    return Buffer.byteLength(JSON.stringify(value) ?? '')
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const tooLarge = (field: string) => new InputError(field, `must not be larger than ${LIMITS.noticeBytes} bytes`)
