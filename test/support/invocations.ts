import type { Invocation } from '../../lib/local/lambda/invocation.ts'
import type { World } from '../../lib/local/world.ts'

/** One invocation of a function, and when, by the clock of WeChat Pay's history. */
export type Watched = {
  readonly function: string
  readonly event: unknown
  readonly invocation: Invocation
  readonly start: number
  readonly end: number
}

/** Watches every invocation of a world from now on. */
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
     * How many signed calls, judged by WeChat Pay's history, an invocation made for its order at most. Of the sync
     * function syncs are counted, of the others queries: what one announces may begin before it has returned.
     */
    mostCalls: (): number => Math.max(...all.map((one) => callsWithin(one).length)),
    /** Calls that WeChat Pay saw while no invocation was under way that may make them. */
    strayCalls: () => {
      const made = new Set(all.flatMap(callsWithin))
      return history.calls.filter((call) => !made.has(call))
    },
    /** Everything the functions printed. */
    logs: (): readonly string[] => all.flatMap(({ invocation }) => invocation.logs),
  }
}

type Fields = Readonly<Record<string, unknown>>

/** The order that an event of any trigger names; '' when it names none. */
const orderOf = (event: unknown): string => {
  const { pathParameters, detail, out_order_no } = event as { pathParameters?: Fields; detail?: Fields } & Fields
  const number = pathParameters?.out_order_no ?? detail?.out_order_no ?? out_order_no
  if (typeof number !== 'string') return ''
  // A REST API hands over what was sent, which may be no proper encoding.
  return /%(?![0-9A-Fa-f]{2})|%[89A-Fa-f]/.test(number) ? number : decodeURIComponent(number)
}
