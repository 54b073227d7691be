// Reads and validates merchants.json, which has the merchants and the callers that may send payment notices. Gives
// values and resources of the stack.
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { type Merchant, readMerchantsConfig, signersOf } from '../lib/config/merchants.ts'
import { PAID_OFFLINE } from '../lib/intake/event-source.ts'
import { LIMITS } from '../lib/limits.ts'
import { readJson } from '../lib/text.ts'
import { type Json, largestValue } from './largest-value.ts'
import { MANAGED_POLICY_MOST, policySize } from './limits-plugin.ts'
import { logicalName, statementId } from './names.ts'

const till = v.strictObject({
  principals: v.array(
    v.pipe(v.string(), v.regex(/^(role|user)\/[\w+=,.@/-]{1,512}$/, 'must be role/NAME or user/NAME of this account')),
  ),
  accounts: v.array(v.pipe(v.string(), v.regex(/^\d{12}$/, 'must be the 12 digits of an account'))),
  external_id: v.optional(
    v.pipe(v.string(), v.regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 of 0-9 A-Z a-z _ + = , . @ : / -')),
  ),
})
const file = v.strictObject({ merchants: v.record(v.string(), v.unknown()), tills: v.record(v.string(), till) })

type Till = v.InferOutput<typeof till>
type MerchantsFile = {
  /** The value of the variable MERCHANTS. */
  readonly json: string
  readonly merchants: readonly Merchant[]
  readonly sources: readonly string[]
  readonly tills: ReadonlyMap<string, Till>
}

/**
 * Lambda allows 4 KB for all variables together. The names of table and bus are known only after the deployment, so
 * space is reserved for them.
 */
const OTHER_VARIABLES_BYTES = 600

/** The routes for a POS: send a payment notice, withdraw it, read the status. All other decisions are for operators. */
const TILL_ROUTES = [
  ['POST', '*/sync'],
  ['POST', '*/withdraw'],
  ['GET', '*'],
] as const

/** Parses merchants.json from text or bytes. Throws one Error that lists every problem. */
export const readMerchantsFile = (source: string | Uint8Array): MerchantsFile => {
  const parsed = v.safeParse(file, parse(source))
  if (!parsed.success) throw mistakes(parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`))
  const { merchants: table } = parsed.output
  const tills = new Map(Object.entries(parsed.output.tills))
  const json = JSON.stringify(table)
  const { merchants, problems } = readMerchantsConfig(json)
  const sources = [...new Set([...merchants.values()].flatMap((merchant) => merchant.sources))].sort()
  const found = [
    ...problems.map((problem) => `merchants.${problem}`),
    ...(Buffer.byteLength(json) + OTHER_VARIABLES_BYTES > LIMITS.environmentBytes
      ? [`merchants: ${Buffer.byteLength(json)} bytes are too many for a variable of Lambda`]
      : []),
    ...(merchants.size > 0 && sources.length === 0 ? ['merchants: none has a source, so nobody could send'] : []),
    ...sources.filter((source) => !tills.has(source)).map((source) => `tills: who sends ${source} is not listed`),
    ...(problems.length > 0 ? [] : [...tills.keys()].filter((source) => !sources.includes(source))).map(
      (source) => `tills.${source}: no merchant has this source`,
    ),
    ...[...tills].flatMap(([source, { accounts, external_id }]) =>
      accounts.length > 0 === (external_id !== undefined)
        ? []
        : [`tills.${source}.external_id: is needed with accounts, and goes with them only`],
    ),
  ]
  if (found.length > 0) throw mistakes(found)
  return { json, merchants: [...merchants.values()], sources, tills }
}

/** ARNs of the secrets of the signing merchants. Secrets Manager appends a hyphen and six characters to each name. */
const secretArns = ({ merchants }: MerchantsFile, prefix: string): readonly Json[] =>
  signersOf(merchants).map((signer) =>
    sub(`arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${prefix}/${signer}-??????`),
  )

/**
 * For each caller: its IAM policy, the role for other accounts, and the bus statement that denies its events to
 * everybody else.
 */
const callerPolicies = ({ merchants, sources, tills }: MerchantsFile) => {
  const Resources: Record<string, Json> = {}
  const Outputs: Record<string, Json> = {}
  let former = 'OwnEventsOnly'
  for (const source of sources) {
    const { principals = [], accounts = [], external_id } = tills.get(source) ?? {}
    const id = `Till${logicalName(source)}`
    const own = merchants.filter((merchant) => merchant.sources.includes(source)).map(({ mchid }) => mchid)
    const policies = whatFits(own, source).map((mchids, i) => {
      const part = i === 0 ? '' : i + 1
      const [name, statements] = [`${id}Policy${part}`, `${id}StatementPolicy${part}`]
      Resources[name] = tillPolicy(source, mchids)
      Outputs[name] = { Description: `What ${source} may do, for ${mchids.join(', ')}`, Value: ref(name) }
      Resources[statements] = statementPolicy(source, mchids)
      Outputs[statements] = {
        Description: `Uploads lists and reads reports for ${source}, of ${mchids.join(', ')}`,
        Value: ref(statements),
      }
      return ref(name)
    })
    if (accounts.length > 0) {
      Resources[`${id}Role`] = tillRole(source, accounts, external_id, policies)
      Outputs[`${id}Role`] = {
        Description: `${accounts.join(', ')} assume it to act as ${source}`,
        Value: arn(`${id}Role`),
      }
    }
    const senders = [
      ...principals.map((name) => sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${name}`)),
      ...(accounts.length > 0 ? [arn(`${id}Role`)] : []),
    ]
    // One after the other, since all statements of a bus are one resource policy.
    Resources[`${id}Only`] = { ...denyOthers(source, senders), DependsOn: former }
    former = `${id}Only`
  }
  return { Resources, Outputs }
}

const tillPolicy = (source: string, mchids: readonly string[]): Json => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: {
    Description: `Hands over offline payments as ${source}`,
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: mchids.flatMap((mchid) =>
            TILL_ROUTES.map(([method, path]) =>
              sub(
                `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${HttpApi}/$default/${method}/merchants/${mchid}/payafter-orders/${path}`,
              ),
            ),
          ),
        },
        {
          Effect: 'Allow',
          Action: 'events:PutEvents',
          Resource: arn('EventBus'),
          // Every entry of a request must match. Null denies a request without the condition key.
          Condition: {
            'ForAllValues:StringEquals': { 'events:source': [source], 'events:detail-type': [PAID_OFFLINE] },
            Null: { 'events:source': 'false', 'events:detail-type': 'false' },
          },
        },
      ],
    },
  },
})

/**
 * A person who uploads a statement says that customers paid, so the rights are those of a POS, for its merchants only.
 */
const statementPolicy = (source: string, mchids: readonly string[]): Json => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: {
    Description: `Uploads statements as ${source} and reads its reports`,
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:PutObject', Resource: objectsOf('statements', mchids) },
        { Effect: 'Allow', Action: 's3:GetObject', Resource: objectsOf('reports', mchids) },
      ],
    },
  },
})

const objectsOf = (folder: string, mchids: readonly string[]): readonly Json[] =>
  mchids.map((mchid) => sub(`\${Statements.Arn}/${folder}/${mchid}/*`))

/** Resolves references in the policies of callers, for a stack whose rules have the longest names that AWS allows. */
const ABOUT_THE_STACK = {
  Resources: {
    HttpApi: { Type: 'AWS::ApiGatewayV2::Api', Properties: {} },
    EventBus: { Type: 'AWS::Events::EventBus', Properties: {} },
    Statements: { Type: 'AWS::S3::Bucket', Properties: {} },
  },
  Outputs: {},
}
const LONGEST_STACK = 's'.repeat(51)

/**
 * Splits the merchants over as few policies as possible: an mchid has up to 32 digits, and AWS limits the characters of
 * a policy.
 */
const whatFits = (mchids: readonly string[], source: string): readonly (readonly string[])[] => {
  const fits = (part: readonly string[]) =>
    [tillPolicy, statementPolicy].every((policy) => {
      const { PolicyDocument } = policy(source, part).Properties as Json
      return policySize(largestValue(ABOUT_THE_STACK, LONGEST_STACK, PolicyDocument)) <= MANAGED_POLICY_MOST
    })
  const parts: string[][] = []
  for (const mchid of mchids) {
    const last = parts.at(-1)
    if (last && fits([...last, mchid])) last.push(mchid)
    else parts.push([mchid])
  }
  return parts
}

const tillRole = (
  source: string,
  accounts: readonly string[],
  external_id: string | undefined,
  policies: readonly Json[],
): Json => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    Description: `Other accounts act through it as ${source}`,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: accounts.map((account) => sub(`arn:\${AWS::Partition}:iam::${account}:root`)) },
          Action: 'sts:AssumeRole',
          // Prevents the confused deputy problem: a provider that runs POS systems for many shops must state for which
          // one it acts.
          Condition: { StringEquals: { 'sts:ExternalId': external_id } },
        },
      ],
    },
    ManagedPolicyArns: policies,
  },
})

/**
 * Denies these events to every other principal, even with full rights. One entry with this source denies the whole
 * request.
 */
const denyOthers = (source: string, senders: readonly Json[]): Json => ({
  Type: 'AWS::Events::EventBusPolicy',
  Properties: {
    EventBusName: ref('EventBus'),
    StatementId: statementId(source),
    Statement: {
      Effect: 'Deny',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: arn('EventBus'),
      Condition: {
        'ForAnyValue:StringEquals': { 'events:source': [source] },
        ...(senders.length > 0 && { ArnNotEquals: { 'aws:PrincipalArn': senders } }),
      },
    },
  },
})

type Question = { readonly address: string; readonly resolveVariable: (name: string) => Promise<string> }

/** The osls plugin: the variables `${merchants:…}` of serverless.yml. */
export default class Merchants {
  configurationVariablesSources = {
    merchants: {
      resolve: async ({ address, resolveVariable }: Question) => {
        const path = await resolveVariable('param:merchants')
        const read = readMerchantsFile(readFileSync(path))
        const prefix = await resolveVariable('param:secretsPrefix')
        // The prefix is part of ARNs in policies, where `*` and `?` are wildcards.
        if (!/^[\w+=.@-]+(\/[\w+=.@-]+)*$/.test(prefix))
          throw new Error('the parameter secretsPrefix must be words of 0-9 A-Z a-z _ + = . @ - with / between them')
        const values: Json = {
          environment: read.json,
          sources: read.sources,
          secrets: secretArns(read, prefix),
          callerPolicies: callerPolicies(read),
        }
        return { value: values[address] }
      },
    },
  }
}

const parse = (source: string | Uint8Array): unknown => {
  const read = readJson(source)
  if ('flaw' in read) throw mistakes([`it ${read.flaw.en}`])
  if (read.value === undefined) throw mistakes(['is not JSON'])
  return read.value
}

const mistakes = (found: readonly string[]): Error =>
  new Error(`the merchants file cannot be used:\n${found.map((one) => `- ${one}`).join('\n')}`)

const ref = (name: string) => ({ Ref: name })
const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })
const sub = (text: string) => ({ 'Fn::Sub': text })
