import { afterEach, expect, it, vi } from 'vitest'
import { InputError } from '../../lib/errors.ts'
import { createHandler } from '../../lib/lambda/handler.ts'
import { httpApiEvent } from '../wechatpay/samples.ts'
import { context } from './chain.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

it('logs outside of what it answers, so that a refused request is answered and logged once', async () => {
  const log = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
  const handler = createHandler('status', async () => {
    throw new InputError('mchid', 'is missing in the path')
  })

  const answer = await handler(httpApiEvent({}), context)

  expect(answer).toMatchObject({ statusCode: 400 })
  expect(log).toHaveBeenCalledTimes(1)
  expect(JSON.parse(String(log.mock.calls[0]?.[0]))).toMatchObject({
    function: 'status',
    error: 'ERR_INPUT',
    errors: 1,
  })
})
