import { PAID_OFFLINE } from '../../intake/event-source.ts'
import { isObject, type Json, parseMembers } from '../../json.ts'
import { readDueEvent } from '../../ledger/due-event.ts'

/** An event as EventBridge delivers it, as far as it is needed to be sent again. */
export type KeptEvent = Json & {
  readonly source: string
  readonly 'detail-type': string
  /** RFC 3339, of the first delivery: a notice's age counts from here. */
  readonly time: string
  readonly detail: object
}

/**
 * What a queue of dead letters holds: a notice that no function could keep, and the function it was for; a due event, whose
 * row is its own retry; or something that cannot be sent again from here.
 */
export type Letter =
  | { readonly kind: 'notice'; readonly event: KeptEvent; readonly functionArn: string | undefined }
  | { readonly kind: 'due' }
  | { readonly kind: 'other' }

/** Lambda wraps the event that it gave up; a rule keeps the bare event and names its target beside it. */
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

/** Without the qualifier: a stack names its function bare. */
const bareArn = (arn: unknown): string | undefined =>
  typeof arn === 'string' ? /^arn:[\w-]+:lambda:[\w-]+:\d+:function:[\w-]+/.exec(arn)?.[0] : undefined
