import { type Json, resolve, resourcesOf, type Template } from '../../lib/local/stack/template.ts'

export type Statement = {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Principal?: unknown
  readonly Condition?: Json
}
export type Policy = { readonly Version: string; readonly Statement: readonly Statement[] }

/** What a role may do, its own policies together. */
export const rolePolicy = (template: Template, id: string): Policy => {
  const { Policies = [] } = (template.Resources[id]?.Properties ?? {}) as { Policies?: readonly Json[] }
  const documents = Policies.map(({ PolicyDocument }) => resolve(template, PolicyDocument) as Policy)
  return { Version: '2012-10-17', Statement: documents.flatMap(({ Statement }) => Statement) }
}

/** The document of a managed policy. */
export const managedPolicy = (template: Template, id: string): Policy =>
  resolve(template, template.Resources[id]?.Properties.PolicyDocument) as Policy

/** All statements of the bus, as the one document they become. */
export const busPolicy = (template: Template): Policy => ({
  Version: '2012-10-17',
  Statement: resourcesOf(template, 'AWS::Events::EventBusPolicy').map(
    ([, { Properties }]) => resolve(template, Properties.Statement) as Statement,
  ),
})

/** What a queue's own policy says. */
export const queuePolicy = (template: Template, id: string): Policy => {
  const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy').map(
    ([, { Properties }]) => resolve(template, Properties) as { Queues: readonly string[]; PolicyDocument: Policy },
  )
  return policies.find(({ Queues }) => Queues.includes(id))?.PolicyDocument ?? { Version: '2012-10-17', Statement: [] }
}

/** What the topic of the alarms says itself. */
export const topicPolicy = (template: Template): Policy =>
  resolve(template, template.Resources.AlarmTopicPolicy?.Properties.PolicyDocument) as Policy

/** Who may assume a role. */
export const trustPolicy = (template: Template, id: string): Policy =>
  resolve(template, template.Resources[id]?.Properties.AssumeRolePolicyDocument) as Policy

/** Every statement of the template with where it stands: of roles and their trust, people, queues, topics, bus and bucket. */
export const allStatements = (template: Template): readonly (readonly [string, Statement])[] =>
  Object.entries(template.Resources).flatMap(([id, resource]) =>
    statementsIn(resolve(template, resource.Properties)).map((statement) => [id, statement] as const),
  )

const statementsIn = (value: unknown): readonly Statement[] => {
  if (typeof value !== 'object' || value === null) return []
  if ('Effect' in value && 'Action' in value) return [value as Statement]
  return Object.values(value).flatMap(statementsIn)
}

export const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat()
