import { inspect } from 'node:util'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { afterEach, describe, expect, it } from 'vitest'
import { type BusEvent, createEventBus } from '../../lib/aws/event-bus.ts'
import { clientSettings } from '../../lib/aws/sdk/settings.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { type CannedAnswer, startCannedAws } from '../support/canned-aws.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const busThatAnswers = async (answer: CannedAnswer) => {
  const { endpoint, asked, close } = await startCannedAws(answer)
  const client = new EventBridgeClient({
    ...clientSettings,
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  closing.push(close, () => client.destroy())
  return { bus: createEventBus(client, 'payscore'), asked }
}

const dueEvent = (out_order_no: string): BusEvent => ({
  source: 'payscore.reconcile',
  detailType: 'Payscore Order Due',
  detail: { mchid: '1900000109', out_order_no, next: 'sync' },
})

describe('put', () => {
  it('puts events on the configured bus in one request', async () => {
    const { bus, asked } = await busThatAnswers({
      status: 200,
      body: '{"FailedEntryCount":0,"Entries":[{"EventId":"1"},{"EventId":"2"}]}',
    })

    const refused = await bus.put([dueEvent('A'), dueEvent('B')])

    expect(refused).toStrictEqual([])
    expect(asked).toStrictEqual([
      {
        operation: 'PutEvents',
        input: {
          Entries: [
            {
              EventBusName: 'payscore',
              Source: 'payscore.reconcile',
              DetailType: 'Payscore Order Due',
              Detail: '{"mchid":"1900000109","out_order_no":"A","next":"sync"}',
            },
            {
              EventBusName: 'payscore',
              Source: 'payscore.reconcile',
              DetailType: 'Payscore Order Due',
              Detail: '{"mchid":"1900000109","out_order_no":"B","next":"sync"}',
            },
          ],
        },
      },
    ])
  })

  it('gives back the events that were refused, by their place', async () => {
    const { bus } = await busThatAnswers({
      status: 200,
      body: '{"FailedEntryCount":1,"Entries":[{"EventId":"1"},{"ErrorCode":"ThrottlingException"},{"EventId":"3"}]}',
    })

    const refused = await bus.put([dueEvent('A'), dueEvent('B'), dueEvent('C')])

    expect(refused).toStrictEqual([dueEvent('B')])
  })

  it('takes an answer that says nothing of an event for a refusal', async () => {
    const { bus } = await busThatAnswers({ status: 200, body: '{}' })

    const refused = await bus.put([dueEvent('A')])

    expect(refused).toStrictEqual([dueEvent('A')])
  })

  it.each([
    [
      { status: 400, body: '{"__type":"AccessDeniedException","message":"arn:aws:iam::123456789012:role/sync"}' },
      'AccessDeniedException',
    ],
    [{ status: 200, body: '{"Entries":' }, 'SyntaxError'],
    [{ status: 500, body: '{"__type":"InternalException"}' }, 'InternalException'],
  ])('throws UnavailableError, and no word of an event, when the bus fails: %#', async (answer, name) => {
    const { bus } = await busThatAnswers(answer)

    const error = await bus.put([dueEvent('A-B-C')]).catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', message: `the event bus says ${name}` })
    const shown = inspect(error, { depth: 10, showHidden: true })
    expect(shown).not.toContain('A-B-C')
    expect(shown).not.toContain('arn:aws')
  })

  it('throws UnavailableError for what is thrown and is no error', async () => {
    const client = new EventBridgeClient({ region: 'us-east-1' })
    client.middlewareStack.add(() => () => Promise.reject('A-B-C'), { step: 'initialize' })

    const put = createEventBus(client, 'payscore').put([dueEvent('A')])

    await expect(put).rejects.toThrow(new UnavailableError('the event bus says unknown error'))
  })
})
