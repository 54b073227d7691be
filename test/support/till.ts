import { restApiEvent } from '../../lib/local/lambda/http-events.ts'
import { TILL, type World } from '../../lib/local/world.ts'

/** The ways to send a payment notice. */
export const TRIGGERS = ['HTTP API 2.0', 'REST API 1.0', 'EventBridge', 'direct invocation'] as const
export type Trigger = (typeof TRIGGERS)[number]

export type Notice = {
  readonly mchid: string
  readonly out_order_no: string
  readonly detail?: unknown
  readonly [member: string]: unknown
}

/** The response, for any of these ways. */
export type Told = {
  /** Only over HTTP. */
  readonly status?: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

const ROUTE = '/merchants/{mchid}/payafter-orders/{out_order_no}/sync'

/** Sends a payment notice and waits for the response; an event has none. */
export const handOver = async (world: World, trigger: Trigger, notice: Notice): Promise<Told> => {
  const { mchid, out_order_no, ...rest } = notice
  const target = `/merchants/${mchid}/payafter-orders/${encodeURIComponent(out_order_no)}`
  switch (trigger) {
    case 'HTTP API 2.0':
      return fetchTold(world, `${target}/sync`, rest)
    case 'REST API 1.0': {
      const request = { method: 'POST', route: ROUTE, target: `${target}/sync`, body: JSON.stringify(rest) }
      const { result, error } = await world.lambdas.sync.invoke(restApiEvent({ ...request, timeMs: world.clock.now() }))
      if (error) throw new Error(error.errorMessage)
      const { statusCode, headers, body } = result as { statusCode: number; headers: Told['headers']; body: string }
      const contentType = headers['content-type'] ?? ''
      world.holdAnswer({ method: 'POST', route: ROUTE, status: statusCode, contentType, body })
      return { status: statusCode, headers, body: JSON.parse(body) }
    }
    case 'EventBridge':
      putNotice(world, notice)
      await world.idle()
      return { headers: {}, body: {} }
    case 'direct invocation': {
      const { result, error } = await world.lambdas.sync.invoke(notice)
      if (error) throw new Error(error.errorMessage)
      return { headers: {}, body: result as Told['body'] }
    }
  }
}

/** Puts a payment notice on the bus, as a POS does. Gives the bus's response. */
export const putNotice = (world: World, detail: unknown, source = TILL) => {
  const Detail = typeof detail === 'string' ? detail : JSON.stringify(detail)
  const entry = { Source: source, DetailType: 'Payscore Order Paid Offline', EventBusName: world.bus.name, Detail }
  return world.bus.putEvents({ Entries: [entry] }).Entries[0]
}

/** The status route's response about an order. */
export const askStatus = (world: World, mchid: string, out_order_no: string, query = ''): Promise<Told> =>
  fetchTold(world, `/merchants/${mchid}/payafter-orders/${encodeURIComponent(out_order_no)}${query}`)

/** Makes an operator decision. */
export const decide = (
  world: World,
  { mchid, out_order_no }: Pick<Notice, 'mchid' | 'out_order_no'>,
  decision: string,
  body: object,
): Promise<Told> =>
  fetchTold(world, `/merchants/${mchid}/payafter-orders/${encodeURIComponent(out_order_no)}/${decision}`, body)

const fetchTold = async ({ api }: World, target: string, body?: object): Promise<Told> => {
  const { headers } = api
  const post = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const response = await fetch(`${api.url}${target}`, body ? post : { headers })
  const told = (await response.json()) as Told['body'] // every response of ours is an object
  return { status: response.status, headers: Object.fromEntries(response.headers), body: told }
}
