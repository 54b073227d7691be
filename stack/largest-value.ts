// The longest form of a value in the template: references are resolved for the account, region and partition with the
// longest names.
export type Json = Readonly<Record<string, unknown>>
export type Template = {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Json }>>
  readonly Outputs: Json
}

const PARTITION = 'aws-us-gov'
const REGION = 'ap-southeast-1'
const ACCOUNT = '111122223333'

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': PARTITION,
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com.cn',
}

/** The suffix of a name that CloudFormation generates: a hyphen and 13 characters. */
const RANDOM = '-ABCDEFGHIJKLM'

type Kind = {
  /** Length of the longest name that CloudFormation generates. */
  readonly longest: number
  readonly service: string
  /** The part of the ARN before the name. */
  readonly before?: string
}

/** The resource types that policies refer to. */
const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::ApiGatewayV2::Api': { longest: 10, service: 'apigateway' },
  'AWS::CloudFormation::Stack': { longest: 128, service: 'cloudformation', before: 'stack/' },
  'AWS::DynamoDB::Table': { longest: 255, service: 'dynamodb', before: 'table/' },
  'AWS::Events::ApiDestination': { longest: 101, service: 'events', before: 'api-destination/' },
  'AWS::Events::EventBus': { longest: 256, service: 'events', before: 'event-bus/' },
  'AWS::Events::Rule': { longest: 130, service: 'events', before: 'rule/' },
  'AWS::IAM::ManagedPolicy': { longest: 128, service: 'iam', before: 'policy/' },
  'AWS::IAM::Role': { longest: 64, service: 'iam', before: 'role/' },
  'AWS::Lambda::Function': { longest: 64, service: 'lambda', before: 'function:' },
  'AWS::Logs::LogGroup': { longest: 512, service: 'logs', before: 'log-group:' },
  'AWS::S3::Bucket': { longest: 63, service: 's3' },
  'AWS::SNS::Topic': { longest: 256, service: 'sns' },
  'AWS::SQS::Queue': { longest: 80, service: 'sqs' },
  'AWS::StepFunctions::StateMachine': { longest: 80, service: 'states', before: 'stateMachine:' },
}
const OTHER: Kind = { longest: 64, service: 'other-service' }

/** The value with every reference resolved. `stack` is the name of the stack. */
export const largestValue = (template: Template, stack: string, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((part) => largestValue(template, stack, part))
  if (typeof value !== 'object' || value === null) return value
  const [[name, operand] = [], ...more] = Object.entries(value)
  if (more.length === 0 && name === 'Ref') return referTo(template, stack, String(operand))
  if (more.length === 0 && name === 'Fn::GetAtt')
    return attributeOf(template, stack, Array.isArray(operand) ? operand.join('.') : String(operand))
  if (more.length === 0 && name === 'Fn::Sub')
    return String(operand).replaceAll(/\$\{([\w:.]+)\}/g, (_, of: string) =>
      of.includes('.') ? attributeOf(template, stack, of) : referTo(template, stack, of),
    )
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, largestValue(template, stack, part)]))
}

/** `Ref` of these types gives the ARN. */
const BY_ARN = ['AWS::IAM::ManagedPolicy', 'AWS::SNS::Topic', 'AWS::StepFunctions::StateMachine']

const referTo = (template: Template, stack: string, id: string): string => {
  if (id === 'AWS::StackId') return arnOf('AWS::CloudFormation::Stack', `${stack}/${'0'.repeat(36)}`)
  if (PSEUDO[id] !== undefined) return PSEUDO[id]
  return attributeOf(template, stack, BY_ARN.includes(template.Resources[id]?.Type ?? '') ? `${id}.Arn` : `${id}.Name`)
}

const attributeOf = (template: Template, stack: string, path: string): string => {
  const [id = '', attribute] = path.split('.')
  const name = nameOf(template, stack, id)
  const arn = arnOf(template.Resources[id]?.Type ?? '', name)
  if (attribute === 'Arn') return arn
  return attribute === 'StreamArn' ? `${arn}/stream/2026-11-24T10:30:00.000` : name
}

const nameOf = (template: Template, stack: string, id: string): string => {
  const { Type = '', Properties = {} } = template.Resources[id] ?? {}
  const given = Properties.Name ?? Properties.FunctionName ?? Properties.LogGroupName
  // `Ref` of an API gives its id.
  if (typeof given !== 'string' || Type === 'AWS::ApiGatewayV2::Api')
    return `${stack}-${id}${RANDOM}`.slice(-(KINDS[Type] ?? OTHER).longest)
  // The ARN of a rule of a custom bus contains the bus name.
  return Type === 'AWS::Events::Rule' ? `${stack}/${given}` : given
}

const arnOf = (type: string, name: string): string => {
  const { service, before = '' } = KINDS[type] ?? OTHER
  const region = service === 'iam' || service === 's3' ? '' : REGION
  const account = service === 's3' ? '' : ACCOUNT
  return `arn:${PARTITION}:${service}:${region}:${account}:${before}${name}${service === 'logs' ? ':*' : ''}`
}
