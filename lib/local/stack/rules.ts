import { type Json, propertiesOf, readTemplate, resolve, resourcesOf, type Template } from './template.ts'

/** A rule of the bus. A target is the name of one of our functions: `sync`, `query`. */
export type Rule = {
  readonly name: string
  readonly pattern: Json
  readonly targets: readonly { readonly function: string; readonly retries: number; readonly keepsFailed: boolean }[]
}

/**
 * The rules by which the bus invokes functions, from the packaged template. The local bus uses them too. `retries` are
 * Lambda's retries after a failed attempt; `keepsFailed`: a failed event goes to the dead letter queue.
 */
export const readRules = (template: Template = readTemplate()): readonly Rule[] =>
  rulesOf(template, ({ EventBusName }) => EventBusName !== undefined)

/** The rules of the account's default bus, where other AWS services put their events. */
export const readDefaultRules = (template: Template = readTemplate()): readonly Rule[] =>
  rulesOf(template, ({ EventBusName }) => EventBusName === undefined)

/** The filter patterns of the ledger's stream for one of its two readers. */
export const readStreamFilters = (
  reader: 'Outcome' | 'Evidence',
  template: Template = readTemplate(),
): readonly Json[] =>
  resourcesOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(([id, { Properties }]) => {
    if (!id.startsWith(reader)) return []
    const { FilterCriteria } = Properties as { FilterCriteria?: { Filters: readonly { Pattern: string }[] } }
    return (FilterCriteria?.Filters ?? []).map(({ Pattern }) => JSON.parse(Pattern))
  })

const rulesOf = (template: Template, isMeant: (properties: Json) => boolean): readonly Rule[] =>
  resourcesOf(template, 'AWS::Events::Rule').flatMap(([name, { Properties }]) => {
    if (!isMeant(Properties)) return []
    const { EventPattern, Targets } = Properties as { EventPattern: Json; Targets: readonly Target[] }
    const targets = Targets.flatMap(({ Arn }) => targetOf(template, Arn))
    const pattern = resolve(template, EventPattern) as Json // an object stays an object
    return targets.length === 0 ? [] : [{ name, pattern, targets }]
  })

/** Lambda's default. */
const LAMBDA_RETRIES = 2

type Target = { readonly Arn: Json }

const targetOf = (template: Template, arn: Json): Rule['targets'] => {
  const alias = typeof arn.Ref === 'string' ? propertiesOf(template, arn.Ref) : undefined
  const getAtt = arn['Fn::GetAtt']
  const id = alias ? resolve(template, alias.FunctionName) : Array.isArray(getAtt) ? getAtt[0] : undefined
  const name = /^(\w+)LambdaFunction$/.exec(String(id))?.[1]
  if (!name) return []
  const qualifier = alias ? alias.Name : '$LATEST'
  const config: Json =
    resourcesOf(template, 'AWS::Lambda::EventInvokeConfig')
      .map(([, { Properties }]) => Properties)
      .find(({ FunctionName, Qualifier }) => resolve(template, FunctionName) === id && Qualifier === qualifier) ?? {}
  const { MaximumRetryAttempts: retries, DestinationConfig } = config as {
    MaximumRetryAttempts?: number
    DestinationConfig?: Json
  }
  return [
    {
      function: name.toLowerCase(),
      retries: retries ?? LAMBDA_RETRIES,
      keepsFailed: DestinationConfig?.OnFailure !== undefined,
    },
  ]
}
