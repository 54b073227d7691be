import type { Invocation } from '../../lib/local/lambda/invocation.ts'
import type { World } from '../../lib/local/world.ts'

/** One invocation of a function, with start and end by the clock of WeChat Pay's history. */
export type Watched = {
  readonly function: string
  readonly event: unknown
  readonly invocation: Invocation
  readonly start: number
  readonly end: number
}

/** Records every invocation in a local world from now on. */
export const watchInvocations = (world: World) => {
  const all: Watched[] = []
  for (const [name, lambda] of Object.entries(world.lambdas)) {
    const { invoke } = lambda
    lambda.invoke = async (event) => {
      const start = performance.now()
      const invocation = await invoke(event)
      all.push({ function: name, event, invocation, start, end: performance.now() })
      return invocation
    }
  }

  const { history } = world.wechatpay
  const callsWithin = ({ function: name, event, start, end }: Watched) => {
    const order = orderOf(event)
    const calls = name === 'sync' ? history.posts(order) : name === 'reconcile' ? [] : history.queries(order)
    return calls.filter((call) => start <= call.start && call.start <= end)
  }

  return {
    all,
    /**
     * The most signed calls, by WeChat Pay's history, that one invocation made for its order. For the sync function
     * syncs are counted, for the others queries, since the query that a sync publishes may begin before the sync has
     * returned.
     */
    mostCalls: (): number => Math.max(...all.map((one) => callsWithin(one).length)),
    /** Calls at WeChat Pay while no invocation was running that may make them. */
    strayCalls: () => {
      const made = new Set(all.flatMap(callsWithin))
      return history.calls.filter((call) => !made.has(call))
    },
    /** Everything that the functions printed. */
    logs: (): readonly string[] => all.flatMap(({ invocation }) => invocation.logs),
  }
}

type Fields = Readonly<Record<string, unknown>>

/** The order in an event of any event source; '' if there is none. */
export const orderOf = (event: unknown): string => {
  const { pathParameters, detail, out_order_no } = event as { pathParameters?: Fields; detail?: Fields } & Fields
  const number = pathParameters?.out_order_no ?? detail?.out_order_no ?? out_order_no
  if (typeof number !== 'string') return ''
  // A REST API passes the path as sent, which may be wrongly encoded.
  return /%(?![0-9A-Fa-f]{2})|%[89A-Fa-f]/.test(number) ? number : decodeURIComponent(number)
}
