import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { servedFiles } from '../../lib/config/served-files.ts'
import { startLambda } from '../../lib/local/lambda/start-lambda.ts'
import { startSecretsManager } from '../aws/secrets-manager.ts'
import { startCannedAws } from '../support/canned-aws.ts'
import { listen } from '../support/loopback.ts'
import { configFor } from '../support/served-by.ts'
import { httpApiEvent } from '../wechatpay/samples.ts'

const FILES = servedFiles(configFor({ '1900000109': { services: { '500001': 'wx1' } } }).config)
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1'

/** Takes connections, and never says a word. */
const startSilence = async (): Promise<string> => `http://127.0.0.1:${await listen(createServer(() => {}))}`

type Outside = { readonly secrets: string; readonly ledger: string; readonly wechatpay: string }

const startHealthy = async (): Promise<Outside & { readonly asked: { readonly operation: string }[] }> => {
  const ledger = await startCannedAws({ status: 200, body: '{}' })
  const secrets = await startSecretsManager()
  onTestFinished(async () => {
    await ledger.close()
    await secrets.close()
  })
  return {
    secrets: secrets.endpoint,
    ledger: ledger.endpoint,
    wechatpay: await startSilence(),
    asked: ledger.asked,
  }
}

/** A sync that is refused before anything is asked of anybody: it shows that init ended well. */
const initialise = async ({ secrets, ledger, wechatpay }: Outside) => {
  const lambda = await startLambda({
    name: 'sync',
    bundleDir: fileURLToPath(new URL('../../.build/sync/', import.meta.url)),
    files: FILES,
    env: {
      LEDGER_TABLE: 'payscore-ledger',
      EVENT_BUS: 'payscore',
      BUCKET: 'payscore-statements',
      WECHATPAY_ORIGIN: wechatpay,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets,
      AWS_ENDPOINT_URL_DYNAMODB: ledger,
    },
    timeoutMs: 20_000,
  })
  onTestFinished(() => lambda.close())
  const { result } = await lambda.invoke(httpApiEvent({ mchid: '1900000109', out_order_no: 'A/B' }))
  return result
}
const REFUSED = { statusCode: 400 }

it('asks the ledger in init, before there is a call', async () => {
  const outside = await startHealthy()

  const result = await initialise(outside)

  expect(result).toMatchObject(REFUSED)
  expect(outside.asked).toEqual([
    {
      operation: 'GetItem',
      input: { TableName: 'payscore-ledger', Key: { pk: { S: '#' } }, ConsistentRead: true },
    },
  ])
})

const parts: readonly (keyof Outside)[] = ['secrets', 'ledger', 'wechatpay']

it.each(parts)('init succeeds when %s cannot be reached', async (part) => {
  const outside = { ...(await startHealthy()), [part]: NOWHERE }

  expect(await initialise(outside)).toMatchObject(REFUSED)
})

it.each(parts)(
  'init succeeds, within the ten seconds that Lambda gives, when %s hangs',
  async (part) => {
    const outside = { ...(await startHealthy()), [part]: await startSilence() }

    expect(await initialise(outside)).toMatchObject(REFUSED)
  },
  30_000,
)

it('init succeeds when all of them hang', async () => {
  const silence = await startSilence()

  expect(await initialise({ secrets: silence, ledger: silence, wechatpay: silence })).toMatchObject(REFUSED)
}, 30_000)
