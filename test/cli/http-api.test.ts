import { afterEach, expect, it, vi } from 'vitest'
import { postToOrder } from '../../lib/cli/aws/http-api.ts'
import { listenOnLoopback } from '../../lib/local/loopback-server.ts'
import { stubAws } from './local-env.ts'

afterEach(() => vi.unstubAllEnvs())

/** A stack's API that answers the first requests with 429. Gives the answer of `close`, and how often it was asked. */
const closeAt = async (throttled: number) => {
  stubAws({})
  let asked = 0
  const api = await listenOnLoopback((_, response) => {
    asked += 1
    response.statusCode = asked <= throttled ? 429 : 200
    response.end(JSON.stringify(asked <= throttled ? { message: 'Too Many Requests' } : { state: 'REJECTED' }))
  })
  const order = { mchid: '1900000109', out_order_no: 'A1' }
  const answer = await postToOrder(`http://${api.host}`, order, 'close', { reason: 'x' }, async () => undefined)
  await api.close()
  return { ...answer, asked }
}

it('asks again when the stack takes no more of the route for the moment', async () => {
  expect(await closeAt(3)).toEqual({ status: 200, body: { state: 'REJECTED' }, asked: 4 })
})

it('gives up when the stack takes none for long', async () => {
  expect(await closeAt(99)).toEqual({ status: 429, body: { message: 'Too Many Requests' }, asked: 6 })
})
