import { type Json, propertiesOf, readTemplate, resolve, resourcesOf, type Template } from './template.ts'

/** A rule of the bus. A target that is one of our functions is its name: `sync`, `query`. */
export type Rule = {
  readonly name: string
  readonly pattern: Json
  readonly targets: readonly { readonly function: string; readonly retries: number; readonly keepsFailed: boolean }[]
}

/**
 * The rules by which the bus hands events to functions, as packaged: the local bus uses the same.
 * `retries` are Lambda's own after a failed try, `keepsFailed` says whether a failed event ends in the dead-letter queue.
 */
export const readRules = (template: Template = readTemplate()): readonly Rule[] =>
  rulesOf(template, ({ EventBusName }) => EventBusName !== undefined)

/** The rules of the account's default bus, to which other services tell what happens in them. */
export const readDefaultRules = (template: Template = readTemplate()): readonly Rule[] =>
  rulesOf(template, ({ EventBusName }) => EventBusName === undefined)

/** What a record of the ledger's stream must match to be handed to outcome. */
export const readStreamFilters = (template: Template = readTemplate()): readonly Json[] =>
  resourcesOf(template, 'AWS::Lambda::EventSourceMapping').flatMap(([, { Properties }]) => {
    const { FilterCriteria } = Properties as { FilterCriteria?: { Filters: readonly { Pattern: string }[] } }
    return (FilterCriteria?.Filters ?? []).map(({ Pattern }) => JSON.parse(Pattern))
  })

const rulesOf = (template: Template, isMeant: (properties: Json) => boolean): readonly Rule[] =>
  resourcesOf(template, 'AWS::Events::Rule').flatMap(([name, { Properties }]) => {
    if (!isMeant(Properties)) return []
    const { EventPattern, Targets } = Properties as { EventPattern: Json; Targets: readonly Target[] }
    const targets = Targets.flatMap(({ Arn }) => targetOf(template, Arn))
    const pattern = resolve(template, EventPattern) as Json // an object stays one
    return targets.length === 0 ? [] : [{ name, pattern, targets }]
  })

/** What Lambda does where nothing is said. */
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
