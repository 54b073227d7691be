import type { BusEvent, EventBus } from '../../../../lib/aws/event-bus.ts'
import { type DueEvent, readDueEvent } from '../../../../lib/ledger/due-event.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What a bus takes, for who wants the due events alone. */
export const eachDue =
  (deliver: (due: DueEvent) => void) =>
  (events: readonly BusEvent[]): void => {
    for (const { detailType, ...event } of events) {
      const due = readDueEvent({ ...event, 'detail-type': detailType })
      if (due) deliver(due)
    }
  }

type Detail = { readonly mchid: string; readonly out_order_no: string }

/**
 * A bus that counts the events that reconcile puts on it, for each second that ends with a PutEvents.
 * @param signerOf who signs for an order: each batch is of one signer
 */
export const createPacedBus = (
  time: VirtualTime,
  putMs: () => number,
  take: (events: readonly BusEvent[]) => void,
  signerOf: (detail: Detail) => string = ({ mchid }) => mchid,
) => {
  const recent = new Map<string, readonly { readonly at: number; readonly count: number }[]>()
  const pace = { mostPerSecond: 0, dispatched: 0 }
  const bus: EventBus = {
    put: async (events) => {
      const [signer = ''] = events.map(({ detail }) => signerOf(detail as Detail))
      const before = (recent.get(signer) ?? []).filter(({ at }) => at > time.now() - 1000)
      const kept = [...before, { at: time.now(), count: events.length }]
      recent.set(signer, kept)
      pace.dispatched += events.length
      pace.mostPerSecond = Math.max(
        pace.mostPerSecond,
        kept.reduce((sum, { count }) => sum + count, 0),
      )
      await time.sleep(putMs())
      take(events)
      return []
    },
  }
  /** `mostPerSecond`: of one signer. */
  return { bus, pace }
}
