import { PAID_OFFLINE } from '../../intake/event-source.ts'
import { isObject, type Json, parseMembers } from '../../json.ts'
import { readDueEvent } from '../../ledger/due-event.ts'

/** An event as EventBridge delivers it, with the members that are needed to send it again. */
export type KeptEvent = Json & {
  readonly source: string
  readonly 'detail-type': string
  /** RFC 3339, the time of the first delivery. The age of a payment notice counts from here. */
  readonly time: string
  readonly detail: object
}

/**
 * The content of a dead letter: a payment notice that failed, with its function; a due event, whose row is retried by
 * reconcile; or something that cannot be sent again from here.
 */
export type Letter =
  | { readonly kind: 'notice'; readonly event: KeptEvent; readonly functionArn: string | undefined }
  | { readonly kind: 'due' }
  | { readonly kind: 'other' }

/**
 * Lambda's dead letter wraps the event. The dead letter of a rule is the event itself, with the target's ARN in a
 * message attribute.
 */
export const readLetter = (body: string, targetArn: string | undefined): Letter => {
  const letter = parseMembers(body)
  const isWrapped = isObject(letter.requestContext) && 'requestPayload' in letter
  const event = isWrapped ? letter.requestPayload : letter
  if (readDueEvent(event)) return { kind: 'due' }
  if (!isNotice(event)) return { kind: 'other' }
  const arn = isObject(letter.requestContext) ? letter.requestContext.functionArn : targetArn
  return { kind: 'notice', event, functionArn: bareArn(arn) }
}

const isNotice = (event: unknown): event is KeptEvent =>
  isObject(event) &&
  event['detail-type'] === PAID_OFFLINE &&
  typeof event.source === 'string' &&
  typeof event.time === 'string' &&
  !Number.isNaN(Date.parse(event.time)) &&
  isObject(event.detail)

/** Without version or alias, since the stack names its function by the plain ARN. */
const bareArn = (arn: unknown): string | undefined =>
  typeof arn === 'string' ? /^arn:[\w-]+:lambda:[\w-]+:\d+:function:[\w-]+/.exec(arn)?.[0] : undefined
