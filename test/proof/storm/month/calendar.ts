import { DAY } from '../../../support/orders.ts'
import type { VirtualTime } from '../memory/virtual-time.ts'
import { START } from '../memory/world.ts'

/** Lets `work` happen at that time (ms), or at once where that is over. */
export type At = (ms: number, work: () => unknown) => void

/** What happens on a later day is planned in virtual time only when that day begins, since a short list is fast. */
export const createCalendar = ({ now, after }: VirtualTime) => {
  const later = new Map<number, { readonly ms: number; readonly work: () => unknown }[]>()
  let today = -1
  const at: At = (ms, work) => {
    const day = Math.floor((ms - START) / DAY)
    if (day <= today) after(ms - now(), work)
    else later.set(day, [...(later.get(day) ?? []), { ms, work }])
  }
  const beginDay = (): void => {
    today += 1
    for (const { ms, work } of (later.get(today) ?? []).toSorted((a, b) => a.ms - b.ms)) after(ms - now(), work)
    later.delete(today)
  }
  return { at, beginDay }
}
