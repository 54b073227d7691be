import type { World } from '../../../../lib/local/world.ts'
import { isBill } from './day.ts'

type Keyed = { readonly pk?: { readonly S?: string } }
type Update = {
  readonly Key?: Keyed
  readonly Item?: Keyed
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
}

/** One request of a run to the ledger's table, after what came before it. */
export type Seen = {
  /** `agree`: it writes down that the bill agreed. `record`: what came of the run. */
  readonly kind: 'claim' | 'agree' | 'compare' | 'record'
  /** Counted from 1, of all since the run began. */
  readonly number: number
}

/**
 * Looks at each request to the ledger's table while a run of the audit is the only one that writes orders, and tells of each
 * write of an order that comes before this run wrote down that the bill agreed. `onRequest` says whether the connection is
 * reset instead.
 */
export const watchActing = (world: World, onRequest: (seen: Seen) => boolean) => {
  const early: string[] = []
  const eventsBefore = world.bus.history.events.length
  let agreed = false
  let number = 0

  const kindOf = (operation: string, { Key, Item, ExpressionAttributeNames = {} }: Update): Seen['kind'] => {
    const pk = (Key ?? Item)?.pk?.S
    if (!isBill(pk)) {
      if (!agreed && operation !== 'BatchGetItem' && operation !== 'Query') early.push(`${operation} ${pk}`)
      return 'compare'
    }
    const names = Object.values(ExpressionAttributeNames)
    if (!names.includes('agreed_at')) return agreed ? 'record' : 'claim'
    if (world.bus.history.events.length > eventsBefore) early.push('an event')
    agreed = true
    return 'agree'
  }

  const end = world.table.faults.add({
    kind: 'reset',
    times: Number.POSITIVE_INFINITY,
    match: ({ operation, input }) => {
      const kind = kindOf(operation, input)
      number += 1
      return onRequest({ kind, number })
    },
  })
  return {
    end,
    early,
    get hasAgreed() {
      return agreed
    },
  }
}
