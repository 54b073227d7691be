// Checks before a deployment: no name of the stack is defined twice, and every document is within the limits of AWS.
import { type Json, largestValue, type Template } from './largest-value.ts'

type Resource = Template['Resources'][string]
/** A measured value and its limit in AWS. */
type Measure = readonly [what: string, size: number, most: number, doThis: string]

const FEWER_MERCHANTS = 'Divide the merchants of this till between two sources.'
const FEWER_TILLS =
  'Give fewer tills or principals to this stack: deploy a second one, by its own stage and merchants file.'
const SHORTER_STAGE = 'Choose a shorter stage.'
const REPORT = 'No merchants file makes this grow: report it as a fault of this service.'

/** Every document and count of the packaged template that exceeds a limit of AWS, one sentence each. */
export const findTooLarge = (template: Template, stack: string): readonly string[] =>
  measuresOf(template, (value) => largestValue(template, stack, value))
    .filter(([, size, most]) => size > most)
    .map(([what, size, most, doThis]) => `${what}: ${size} where AWS takes ${most}. ${doThis}`)

type Resolve = (value: unknown) => unknown

const measuresOf = (template: Template, resolve: Resolve): readonly Measure[] => {
  const resources = Object.entries(template.Resources).flatMap(([id, resource]): readonly Measure[] => {
    const properties = resolve(resource.Properties) as Json
    const measures = MEASURES[resource.Type]?.(id, properties) ?? []
    return [
      [`logical id ${id}, characters`, id.length, 255, REPORT],
      ...Object.entries(NAMES[resource.Type] ?? {}).map(
        ([property, most]): Measure => [
          `${property} of ${id}, characters`,
          String(properties[property] ?? '').length,
          most,
          SHORTER_STAGE,
        ],
      ),
      ...measures,
    ]
  })
  return [...stackMeasures(template), ...busMeasures(template, resolve), ...resources]
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const stackMeasures = (template: Template): readonly Measure[] => [
  ['template, bytes', Buffer.byteLength(JSON.stringify(template)), 1_048_576, FEWER_TILLS],
  ['resources of the template', Object.keys(template.Resources).length, 500, FEWER_TILLS],
  ['outputs of the template', Object.keys(template.Outputs).length, 200, FEWER_TILLS],
  ...Object.entries(template.Outputs).map(
    ([id, output]): Measure => [
      `description of output ${id}, bytes`,
      Buffer.byteLength(String((output as Json).Description ?? '')),
      1024,
      FEWER_MERCHANTS,
    ],
  ),
]

/**
 * All statements of a bus are one resource policy.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
const busMeasures = (template: Template, resolve: Resolve): readonly Measure[] => {
  const buses = Map.groupBy(resourcesOf(template, 'AWS::Events::EventBusPolicy'), ({ Properties }) =>
    JSON.stringify(resolve(Properties.EventBusName)),
  )
  return [...buses.values()].map((policies): Measure => {
    const Statement = policies.map(({ Properties }) => ({
      Sid: Properties.StatementId,
      ...(resolve(Properties.Statement) as Json),
    }))
    const text = JSON.stringify({ Version: '2012-10-17', Statement })
    return ['policy of the event bus, characters', text.length, 10_240, FEWER_TILLS]
  })
}

const resourcesOf = (template: Template, type: string): readonly Resource[] =>
  Object.values(template.Resources).filter(({ Type }) => Type === type)

/** Characters of a managed policy. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const MANAGED_POLICY_MOST = 6144

/** IAM does not count white space. */
export const policySize = (document: unknown): number => JSON.stringify(document ?? '').replaceAll(/\s/g, '').length
const bytes = (value: unknown): number => Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const MEASURES: Readonly<Record<string, (id: string, properties: Json) => readonly Measure[]>> = {
  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  'AWS::IAM::ManagedPolicy': (id, { PolicyDocument, Description }) => [
    [`managed policy ${id}, characters`, policySize(PolicyDocument), MANAGED_POLICY_MOST, FEWER_MERCHANTS],
    [`description of ${id}, characters`, String(Description ?? '').length, 1000, REPORT],
  ],
  'AWS::IAM::Role': (id, { Policies, AssumeRolePolicyDocument, ManagedPolicyArns, Description }) => [
    [
      `policies inside role ${id}, characters`,
      listOf(Policies).reduce<number>((sum, one) => sum + policySize((one as Json).PolicyDocument), 0),
      10_240,
      'Serve fewer merchants by this stack: each that signs is named there by its secret.',
    ],
    [
      `trust policy of role ${id}, characters`,
      policySize(AssumeRolePolicyDocument),
      2048,
      'Give this till fewer accounts, or a shorter external_id.',
    ],
    [`managed policies of role ${id}`, listOf(ManagedPolicyArns).length, 10, FEWER_MERCHANTS],
    [`description of ${id}, characters`, String(Description ?? '').length, 1000, REPORT],
  ],
  /** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html */
  'AWS::SQS::QueuePolicy': (id, { PolicyDocument }) => [
    [`queue policy ${id}, bytes`, bytes(PolicyDocument), 8192, REPORT],
    [`statements of queue policy ${id}`, listOf((PolicyDocument as Json).Statement).length, 20, REPORT],
  ],
  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html */
  'AWS::S3::BucketPolicy': (id, { PolicyDocument }) => [
    [`bucket policy ${id}, bytes`, bytes(PolicyDocument), 20_480, REPORT],
  ],
  /** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
  'AWS::Events::Rule': (id, { EventPattern, Targets }) => [
    [`event pattern of ${id}, characters`, JSON.stringify(EventPattern).length, 2048, FEWER_TILLS],
    [`targets of ${id}`, listOf(Targets).length, 5, REPORT],
  ],
  'AWS::Events::Archive': (id, { EventPattern }) => [
    [`event pattern of ${id}, characters`, JSON.stringify(EventPattern).length, 2048, FEWER_TILLS],
  ],
  /** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  'AWS::Lambda::Function': (id, { Environment, Description }) => [
    [
      `variables of ${id}, bytes`,
      bytes((Environment as Json | undefined)?.Variables ?? {}),
      4096,
      'Serve fewer merchants by this stack.',
    ],
    [`description of ${id}, characters`, String(Description ?? '').length, 256, REPORT],
  ],
  /** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
  'AWS::CloudWatch::Alarm': (id, { AlarmDescription }) => [
    [`description of ${id}, characters`, String(AlarmDescription ?? '').length, 1024, REPORT],
  ],
}

/** Properties that name a resource in the account, and the maximum length of the name. */
const NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'AWS::CloudWatch::Alarm': { AlarmName: 255 },
  'AWS::CloudWatch::Dashboard': { DashboardName: 255 },
  'AWS::Events::EventBus': { Name: 256 },
  'AWS::Events::EventBusPolicy': { StatementId: 64 },
  'AWS::Events::Rule': { Name: 64 },
  'AWS::Lambda::Function': { FunctionName: 64 },
  'AWS::Logs::LogGroup': { LogGroupName: 512 },
}

/**
 * Names that are defined twice in the parts that are merged into one template, where the later definition would
 * silently replace the earlier; and names that AWS does not distinguish.
 */
export const findDoubles = (parts: readonly Partial<Template>[]): readonly string[] => {
  const sections = parts.flatMap((part) =>
    Object.entries(part).flatMap(([section, entries]) =>
      typeof entries === 'object' && section !== 'extensions'
        ? Object.keys(entries).map((name) => `${section}.${name}`)
        : [],
    ),
  )
  const resources = parts.flatMap(({ Resources = {} }) => Object.entries(Resources))
  const named = resources.flatMap(([, { Type, Properties = {} }]) =>
    Object.keys(NAMES[Type] ?? {})
      .filter((property) => Properties[property] !== undefined)
      .map((property) => `${Type} ${property} ${textOf(Properties[property])}`),
  )
  // A bucket or queue has one policy, so a second resource replaces the first.
  const governed = resources.flatMap(([, { Type, Properties = {} }]) =>
    Type === 'AWS::SQS::QueuePolicy' || Type === 'AWS::S3::BucketPolicy'
      ? [Properties.Queues ?? Properties.Bucket].flat().map((one) => `policy of ${textOf(one)}`)
      : [],
  )
  const sids = resources.flatMap(([id, { Properties = {} }]) =>
    documentsIn(Properties).flatMap((statements) =>
      twice(statements.flatMap(({ Sid }) => (typeof Sid === 'string' ? [`statement ${Sid} of ${id}`] : []))),
    ),
  )
  return [...twice(sections), ...twice(named), ...twice(governed), ...sids].map((name) => `${name} is made twice`)
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Names that occur more than once. Many AWS services ignore case. */
const twice = (names: readonly string[]): readonly string[] =>
  [...Map.groupBy(names, (name) => name.toLowerCase()).values()].flatMap((same) =>
    same.length > 1 ? [[...new Set(same)].join(' or ')] : [],
  )

const documentsIn = (value: unknown): readonly (readonly Json[])[] => {
  if (typeof value !== 'object' || value === null) return []
  const { Statement } = value as Json
  return [...(Array.isArray(Statement) ? [Statement] : []), ...Object.values(value).flatMap(documentsIn)]
}

type Serverless = {
  readonly classes: { readonly Error: new (message: string) => Error }
  readonly configurationInput: { readonly resources: readonly Partial<Template>[] }
  readonly service: { readonly provider: { readonly compiledCloudFormationTemplate: Template } }
  readonly getProvider: (name: 'aws') => { readonly naming: { readonly getStackName: () => string } }
}

/** The osls plugin: packaging fails if the deployment would fail, or if a name is defined twice. */
export default class Limits {
  hooks: Readonly<Record<string, () => void>>

  constructor(serverless: Serverless) {
    // Checked before osls merges the parts, since duplicate names are not visible afterwards.
    const parts = [...serverless.configurationInput.resources]
    const template = () => serverless.service.provider.compiledCloudFormationTemplate
    const refuse = (problems: readonly string[]) => {
      if (problems.length === 0) return
      throw new serverless.classes.Error(
        `the stack cannot be deployed:\n${problems.map((one) => `- ${one}`).join('\n')}`,
      )
    }
    this.hooks = {
      'before:aws:package:finalize:mergeCustomProviderResources': () => refuse(findDoubles([template(), ...parts])),
      'after:aws:package:finalize:stripNullPropsFromTemplateResources': () =>
        refuse(findTooLarge(template(), serverless.getProvider('aws').naming.getStackName())),
    }
  }
}
