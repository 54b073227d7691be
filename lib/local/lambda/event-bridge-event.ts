import { randomUUID } from 'node:crypto'
import type { EventBridgeEvent } from 'aws-lambda'
import { account, region } from './environment.ts'

export type EventParts<Detail> = {
  readonly source: string
  readonly detailType: string
  readonly detail: Detail
  /** Milliseconds since the epoch; by default the machine's time. */
  readonly timeMs?: number
  readonly id?: string
  readonly resources?: readonly string[]
}

/** The event that EventBridge delivers. Its time has whole seconds, as on AWS. */
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
