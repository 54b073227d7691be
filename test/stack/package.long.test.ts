import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { propertiesOf, readTemplate, resourcesOf } from '../../lib/local/stack/template.ts'
import { SERVED_BY } from '../../stack/merchants-plugin.ts'
import { namesInZip, packageCopy } from './package-copy.ts'

const TEMPLATE = '.serverless/cloudformation-template-update-stack.json'
const template = readTemplate()
const zips = readdirSync('.serverless').filter((name) => name.endsWith('.zip'))
const names = readdirSync('functions').map((file) => file.replace('.ts', ''))

const { S3Key } = propertiesOf(template, 'SyncLambdaFunction').Code as { readonly S3Key: string }
const commitSeconds = Number(/\/(\d+)-/.exec(S3Key)?.[1]) / 1000

let again = ''
let china = ''
let copied = ''
beforeAll(async () => {
  const params = [
    'webhook=wecom',
    'alarmEmail=duty@example.com',
    'concurrency=20',
    'memory=1024',
    'logRetentionDays=30',
  ]
  ;[again, china, copied] = await Promise.all([
    packageCopy(commitSeconds),
    packageCopy(
      commitSeconds,
      '--region',
      'cn-north-1',
      '--stage',
      'prod',
      ...params.map((param) => `--param=${param}`),
    ),
    packageCopy(commitSeconds, '--stage', 'prod', '--param=ledgerReplica=ap-southeast-1'),
  ])
}, 180_000)
afterAll(() => {
  for (const folder of [again, china, copied]) rmSync(folder, { recursive: true, force: true })
})

describe('npm run package', () => {
  it('gives each function a zip of its bundle alone, with who is served where it must know', () => {
    const inZips = Object.fromEntries(zips.map((zip) => [zip, namesInZip(`.serverless/${zip}`)]))

    const files = (name: string) => [
      'function.cjs',
      'index.mjs',
      ...(SERVED_BY.includes(name) ? ['merchants.json'] : []),
    ]
    expect(inZips).toEqual(
      Object.fromEntries(names.map((name) => [`${name}.zip`, files(name).map((file) => `.build/${name}/${file}`)])),
    )
  })

  it('gives the same bytes again, in another folder, without network and credentials', () => {
    const differing = [...zips.map((zip) => `.serverless/${zip}`), TEMPLATE].filter(
      (file) => !readFileSync(file).equals(readFileSync(`${again}/${file}`)),
    )

    expect(differing).toEqual([])
  })

  it('names no partition and no account of its own', () => {
    expect(readFileSync(TEMPLATE, 'utf8')).not.toMatch(/arn:aws|amazonaws\.com\/|\d{12}:/)
  })
})

describe('a stage in China', () => {
  it('runs on the architecture that is there', () => {
    const architectures = resourcesOf(readTemplate(`${china}/${TEMPLATE}`), 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties.Architectures,
    )

    expect(new Set(architectures.flat(2))).toEqual(new Set(['x86_64']))
    expect(propertiesOf(template, 'SyncLambdaFunction').Architectures).toEqual(['arm64'])
  })

  it('takes its parameters', () => {
    const prod = readTemplate(`${china}/${TEMPLATE}`)

    expect(propertiesOf(prod, 'SyncLambdaFunction')).toMatchObject({
      MemorySize: 1024,
      ReservedConcurrentExecutions: 20,
    })
    expect(propertiesOf(prod, 'QueryLambdaFunction')).toMatchObject({ ReservedConcurrentExecutions: 20 })
    expect(propertiesOf(prod, 'SyncLogGroup')).toMatchObject({ RetentionInDays: 30 })
    expect(stackParameters()).toEqual([
      { ParameterKey: 'AlarmEmail', ParameterValue: 'duty@example.com' },
      { ParameterKey: 'EvidenceDays', ParameterValue: '1096' },
      { ParameterKey: 'EvidenceLock', ParameterValue: 'GOVERNANCE' },
      { ParameterKey: 'EvidenceReplica', ParameterValue: 'none' },
      { ParameterKey: 'EvidenceReplicaKey', ParameterValue: 'none' },
      { ParameterKey: 'StatementsBy', ParameterValue: '' },
      { ParameterKey: 'Webhook', ParameterValue: 'wecom' },
      { ParameterKey: 'WebhookSecret', ParameterValue: 'payscore/webhook' },
    ])
  })

  it('keeps the ledger whatever happens to the stack, and a trial stage does not', () => {
    const prod = readTemplate(`${china}/${TEMPLATE}`)
    const kept = [prod, template].map(({ Resources }) => [
      Resources.Ledger?.DeletionPolicy,
      Resources.Ledger?.Properties.DeletionProtectionEnabled,
    ])

    expect(kept).toEqual([
      ['Retain', true],
      ['Delete', false],
    ])
  })

  it('replicates the ledger where it is told to, each copy as protected as the other, and else not', () => {
    const ledger = readTemplate(`${copied}/${TEMPLATE}`).Resources.Ledger
    const protects = {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    }

    expect(ledger).toMatchObject({
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
        Replicas: [
          { Region: { Ref: 'AWS::Region' }, ...protects },
          { Region: 'ap-southeast-1', ...protects },
        ],
      },
    })
    expect(ledger?.Properties).not.toHaveProperty('PointInTimeRecoverySpecification')
    expect(template.Resources.Ledger?.Type).toBe('AWS::DynamoDB::Table')
  })

  it('reserves no concurrency unless it is told to, since a new account has none to give', () => {
    expect(propertiesOf(template, 'SyncLambdaFunction').ReservedConcurrentExecutions).toBeUndefined()
  })
})

/** What a deployment would give CloudFormation beside the template. */
const stackParameters = (): unknown => {
  const state = JSON.parse(readFileSync(`${china}/.serverless/serverless-state.json`, 'utf8')) as {
    readonly service: { readonly provider: { readonly stackParameters: unknown } }
  }
  return state.service.provider.stackParameters
}
