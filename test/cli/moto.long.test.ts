import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation'
import { CreateEventBusCommand, EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import type { Row } from '../../lib/ledger/row.ts'
import { type OpenLedger, openLedger } from '../support/ledger-table.ts'
import { isMotoHere, startMoto } from '../support/moto.ts'
import { stubAws } from './local-env.ts'
import { KEY_ID, MCHID, merchantFolder, SERIAL } from './merchant-folder.ts'
import { runCli } from './run-cli.ts'

const STACK = 'payscore-sync-prod'
const BUS = 'payscore-sync-prod'
const SOURCE = 'com.example.pos'
const MERCHANTS = JSON.stringify({ merchants: { [MCHID]: { sources: [SOURCE], services: { S1: 'wx1' } } } })

/** Everything that is AWS in one process: nothing here was written for these commands. */
const describeAws = () => {
  let moto: Awaited<ReturnType<typeof startMoto>>
  let open: OpenLedger
  let queue: string

  beforeAll(async () => {
    moto = await startMoto()
    stubAws({ AWS_ENDPOINT_URL: moto.endpoint, AWS_REGION: 'us-east-1' })
    open = await openLedger(moto.endpoint)
    const sqs = new SQSClient()
    queue = (await sqs.send(new CreateQueueCommand({ QueueName: 'dead-letters' }))).QueueUrl ?? ''
    const events = new EventBridgeClient()
    await events.send(new CreateEventBusCommand({ Name: BUS }))
    const rules = [
      { source: [SOURCE], 'detail-type': ['Payscore Order Paid Offline'] },
      { source: ['payscore.reconcile'], detail: { next: ['sync'] } },
      { source: ['payscore.reconcile'], detail: { next: ['query'] } },
    ]
    for (const [i, pattern] of rules.entries())
      await events.send(new PutRuleCommand({ Name: `r${i}`, EventBusName: BUS, EventPattern: JSON.stringify(pattern) }))
    const TemplateBody = JSON.stringify({
      Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
      Outputs: {
        LedgerTable: { Value: open.table },
        EventBusName: { Value: BUS },
        NoticeDeadLettersUrl: { Value: queue },
      },
    })
    await new CloudFormationClient().send(new CreateStackCommand({ StackName: STACK, TemplateBody }))
    vi.unstubAllEnvs()
  })
  afterAll(async () => {
    open.close()
    await moto.close()
  })
  beforeEach(() =>
    stubAws({
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_REGION: 'us-east-1',
      MERCHANTS,
      WECHATPAY_ORIGIN: 'http://payscore.invalid',
    }),
  )
  afterEach(() => vi.unstubAllEnvs())

  const row = (number: string, more: Partial<Row>): Row => ({
    pk: `${MCHID}#${number}`,
    state: 'PENDING',
    attempt: 2,
    call: {
      order_api: 'payafter-orders',
      mchid: MCHID,
      out_order_no: number,
      service_id: 'S1',
      appid: 'wx1',
      paid_time: '20250301120000',
    },
    call_hash: 'h',
    day: `${MCHID}#20250301#0`,
    created_at: Date.now() - 3_600_000,
    v: 1,
    ...more,
  })

  test('merchant put stores a secret that Secrets Manager gives back, and doctor finds it sound', async () => {
    const { path: cwd } = merchantFolder()

    const put = await runCli(['merchant', 'put', '.', '--wechatpay-key-id', KEY_ID], { cwd })
    const { SecretString = '' } = await new SecretsManagerClient().send(
      new GetSecretValueCommand({ SecretId: `payscore/merchants/${MCHID}` }),
    )
    const { out } = await runCli(['doctor', '--stack', STACK, '--json'], { cwd })

    expect(put.code).toBe(0)
    expect(JSON.parse(SecretString)).toMatchObject({ mchid: MCHID, serial_no: SERIAL })
    const { checks } = JSON.parse(out) as { checks: { name: string; state: string }[] }
    const states = Object.fromEntries(checks.map(({ name, state }) => [name, state]))
    expect(states).toMatchObject({
      identity: 'ok',
      table: 'ok',
      bus: 'ok',
      rules: 'ok',
      [`secret ${MCHID}`]: 'ok',
      [`certificate ${MCHID}`]: 'ok',
      [`signature ${MCHID}`]: 'skipped',
    })
  })

  test('list, status and a decision work on the table of a stack, in the name of the caller', async () => {
    await open.put(row('WAITS', { next: 'query', due: `${MCHID}#0`, due_at: Date.now() + 3_600_000 }))
    await open.put(
      row('TWICE', {
        ...{ state: 'DOUBLE_CHARGED', amount: 100, transaction_id: '4200001234202611240123456789' },
        waits: `${MCHID}#0`,
      }),
    )

    const waiting = await runCli(['list', '--stack', STACK, '--json'])
    const underWay = await runCli(['list', '--under-way', '--stack', STACK, '--json'])
    const found = await runCli(['status', '4200001234202611240123456789', '--stack', STACK, '--json'])
    const closed = await runCli(['close', 'WAITS', '--reason', 'a test', '--stack', STACK, '--json'])

    expect(JSON.parse(waiting.out).orders).toMatchObject([{ out_order_no: 'TWICE' }])
    expect(JSON.parse(underWay.out).orders).toMatchObject([{ out_order_no: 'WAITS' }])
    expect(JSON.parse(found.out)).toMatchObject({ out_order_no: 'TWICE', state: 'DOUBLE_CHARGED' })
    expect(JSON.parse(closed.out)).toMatchObject({
      state: 'REJECTED',
      decisions: [{ what: 'close', by: expect.stringMatching(/^arn:aws:sts::\d{12}:/), why: 'a test' }],
    })
  })

  test('redrive puts a dead letter on the bus, and deletes it from the queue', async () => {
    const sqs = new SQSClient()
    const event = {
      source: SOURCE,
      'detail-type': 'Payscore Order Paid Offline',
      time: '2026-11-24T02:30:00Z',
      detail: { mchid: MCHID, out_order_no: 'LETTER', detail: { paid_time: '2026-11-24T10:29:00+08:00' } },
    }
    await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: JSON.stringify(event) }))

    const { code, out } = await runCli(['redrive', '--dead-letters', '--stack', STACK, '--bus', BUS, '--json'])
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['ApproximateNumberOfMessages'] }),
    )

    expect(code).toBe(0)
    expect(JSON.parse(out).results).toEqual([{ outcome: 'sent', order: `${MCHID}/LETTER` }])
    expect(Attributes?.ApproximateNumberOfMessages).toBe('0')
  })
}

if (isMotoHere) {
  describe('against moto', describeAws)
} else {
  console.warn('The commands are not tested against moto: test/support/moto.sh installs it where Python is.')
  it.skip('needs moto')
}
