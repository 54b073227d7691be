import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type Json = Readonly<Record<string, unknown>>
export type Resource = {
  readonly Type: string
  readonly Properties: Json
  readonly Condition?: string
  readonly DeletionPolicy?: string
}
export type Template = {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs: Json
  readonly Mappings?: Readonly<Record<string, Json>>
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PACKAGED = `${ROOT}.serverless/cloudformation-template-update-stack.json`

/** The CloudFormation template that `npm run package` made. Throws if the stack's files were changed after it. */
export const readTemplate = (path = PACKAGED): Template => {
  if (path === PACKAGED && isStale()) throw new Error('the packaged template is missing or old: npm run package')
  return JSON.parse(readFileSync(path, 'utf8'))
}

const isStale = (): boolean => {
  if (!existsSync(PACKAGED)) return true
  const sources = ['serverless.yml', 'merchants.json', ...readdirSync(`${ROOT}stack`).map((name) => `stack/${name}`)]
  const packagedAt = statSync(PACKAGED).mtimeMs
  return sources.some((name) => statSync(`${ROOT}${name}`).mtimeMs > packagedAt)
}

/** The resources of one type, by logical id. */
export const resourcesOf = ({ Resources }: Template, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(Resources).filter(([, resource]) => resource.Type === type)

export const propertiesOf = ({ Resources }: Template, id: string): Json => {
  const resource = Resources[id]
  if (!resource) throw new Error(`the template has no resource ${id}`)
  return resource.Properties
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-east-1',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
}

/** The last part of a resource's ARN, by type. */
const ARNS: Readonly<Record<string, (id: string, properties: Json) => string>> = {
  'AWS::DynamoDB::Table': (id) => `dynamodb:ap-east-1:111122223333:table/${id}`,
  'AWS::Events::ApiDestination': (id) => `events:ap-east-1:111122223333:api-destination/${id}`,
  'AWS::Events::EventBus': (id) => `events:ap-east-1:111122223333:event-bus/${id}`,
  'AWS::Events::Rule': (id) => `events:ap-east-1:111122223333:rule/${id}`,
  'AWS::IAM::Role': (id) => `iam::111122223333:role/${id}`,
  // The ARN of an alias has the function's name and the alias's own name.
  'AWS::KMS::Key': (id) => `kms:ap-east-1:111122223333:key/${id}`,
  'AWS::Lambda::Alias': (_, { FunctionName, Name }) =>
    `lambda:ap-east-1:111122223333:function:${(FunctionName as Json).Ref}:${Name}`,
  'AWS::Lambda::Function': (id) => `lambda:ap-east-1:111122223333:function:${id}`,
  'AWS::Logs::LogGroup': (id) => `logs:ap-east-1:111122223333:log-group:${id}:*`,
  'AWS::S3::Bucket': (id) => `s3:::${id}`,
  'AWS::SecretsManager::Secret': (id) => `secretsmanager:ap-east-1:111122223333:secret:${id}-AbCdEf`,
  'AWS::SNS::Topic': (id) => `sns:ap-east-1:111122223333:${id}`,
  'AWS::SQS::Queue': (id) => `sqs:ap-east-1:111122223333:${id}`,
}

/** Resolves a value of the template for account 111122223333 in ap-east-1. The name of a resource is its logical id. */
export const resolve = (template: Template, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((part) => resolve(template, part))
  if (typeof value !== 'object' || value === null) return value
  const [[name, operand] = [], ...more] = Object.entries(value)
  if (more.length === 0 && name === 'Ref') return refOf(template, String(operand))
  if (more.length === 0 && name === 'Fn::GetAtt') return attributeOf(template, operand)
  if (more.length === 0 && name === 'Fn::Sub') return substitute(template, String(operand))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(template, part)]))
}

const refOf = (template: Template, id: string): string => {
  const isArn = ['AWS::Lambda::Alias', 'AWS::SecretsManager::Secret', 'AWS::SNS::Topic'].includes(
    template.Resources[id]?.Type ?? '',
  )
  return PSEUDO[id] ?? (isArn ? attributeOf(template, [id, 'Arn']) : id)
}

const attributeOf = (template: Template, operand: unknown): string => {
  const [id, attribute] = Array.isArray(operand) ? operand : String(operand).split('.')
  const { Type = '', Properties = {} } = template.Resources[id] ?? {}
  const arn = `arn:aws:${ARNS[Type]?.(id, Properties)}`
  if (attribute === 'Arn') return arn
  return attribute === 'StreamArn' ? `${arn}/stream` : id
}

const substitute = (template: Template, text: string): string =>
  text.replaceAll(/\$\{([\w:.]+)\}/g, (_, name: string) =>
    name.includes('.') ? attributeOf(template, name) : refOf(template, name),
  )
