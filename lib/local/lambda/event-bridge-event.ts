import { randomUUID } from 'node:crypto'
import type { EventBridgeEvent } from 'aws-lambda'
import { account, region } from './environment.ts'

export type EventParts<Detail> = {
  readonly source: string
  readonly detailType: string
  readonly detail: Detail
  /** Milliseconds since the epoch; the machine's clock if left out. */
  readonly timeMs?: number
  readonly id?: string
  readonly resources?: readonly string[]
}

/** The envelope that a rule hands over. Its time has whole seconds, as EventBridge writes it. */
export const eventBridgeEvent = <Detail>({
  source,
  detailType,
  detail,
  timeMs = Date.now(),
  id = randomUUID(),
  resources = [],
}: EventParts<Detail>): EventBridgeEvent<string, Detail> => ({
  version: '0',
  id,
  'detail-type': detailType,
  source,
  account,
  time: new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  region,
  resources: [...resources],
  detail,
})
