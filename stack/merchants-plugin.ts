// Reads and validates merchants.json, which has the merchants and the callers that may send payment notices. Gives
// values and resources of the stack, and the files beside the code.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { type ReadList, readMerchantsConfig, type ServedConfig } from '../lib/config/merchants.ts'
import { type Served, signersOf } from '../lib/config/served.ts'
import { servedFiles } from '../lib/config/served-files.ts'
import { PAID_OFFLINE } from '../lib/intake/event-source.ts'
import { principalName } from '../lib/intake/tenancy.ts'
import { readJson } from '../lib/text.ts'
import { type Json, largestValue } from './largest-value.ts'
import { MANAGED_POLICY_MOST, policySize } from './limits-plugin.ts'
import { logicalName, statementId } from './names.ts'

/** A path may stand before the name, which has at most 64 characters. */
const PRINCIPAL = /^(role|user)\/([\w+=,.@/-]{0,511}\/)?[\w+=,.@-]{1,64}$/

const till = v.strictObject({
  principals: v.array(v.pipe(v.string(), v.regex(PRINCIPAL, 'must be role/NAME or user/NAME of this account'))),
  accounts: v.array(v.pipe(v.string(), v.regex(/^\d{12}$/, 'must be the 12 digits of an account'))),
  external_id: v.optional(
    v.pipe(v.string(), v.regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 of 0-9 A-Z a-z _ + = , . @ : / -')),
  ),
})
const file = v.strictObject({
  merchants: v.optional(v.record(v.string(), v.unknown()), {}),
  providers: v.optional(v.record(v.string(), v.unknown()), {}),
  tills: v.record(v.string(), till),
})

type Till = v.InferOutput<typeof till>
type MerchantsFile = {
  readonly config: ServedConfig
  readonly served: Served
  readonly sources: readonly string[]
  readonly tills: ReadonlyMap<string, Till>
}

/** The routes for a POS: send a payment notice, withdraw it, read the status. All other decisions are for operators. */
const TILL_ROUTES = [
  ['POST', '*/sync'],
  ['POST', '*/withdraw'],
  ['GET', '*'],
] as const

/**
 * Parses merchants.json from text or bytes. Throws one Error that lists every problem.
 * @param readList reads a list of sub-merchants that the file names
 */
export const readMerchantsFile = (source: string | Uint8Array, readList?: ReadList): MerchantsFile => {
  const parsed = v.safeParse(file, parse(source))
  if (!parsed.success) throw mistakes(parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`))
  const { tills: stated, ...members } = parsed.output
  const tills = new Map(Object.entries(stated))
  const { config, served, problems } = readMerchantsConfig(members, readList)
  const { signers } = served
  const sources = [...new Set(signers.flatMap((merchant) => merchant.sources))].sort()
  const found = [
    ...problems,
    ...(signers.length > 0 && sources.length === 0 ? ['merchants: none has a source, so nobody could send'] : []),
    ...sources.filter((source) => !tills.has(source)).map((source) => `tills: who sends ${source} is not listed`),
    ...(problems.length > 0 ? [] : [...tills.keys()].filter((source) => !sources.includes(source))).map(
      (source) => `tills.${source}: no merchant has this source`,
    ),
    ...[...tills].flatMap(([source, { accounts, external_id }]) =>
      accounts.length > 0 === (external_id !== undefined)
        ? []
        : [`tills.${source}.external_id: is needed with accounts, and goes with them only`],
    ),
    ...sharedPrincipals(tills),
  ]
  if (found.length > 0) throw mistakes(found)
  return { config, served, sources, tills }
}

/** Who is two tills could act for the merchants of either, so the functions could not tell for which one it acts. */
const sharedPrincipals = (tills: ReadonlyMap<string, Till>): readonly string[] => {
  const owners = new Map<string, string>()
  return [...tills].flatMap(([source, { principals }]) =>
    principals.flatMap((principal) => {
      const name = principalName(principal)
      const other = owners.get(name)
      owners.set(name, source)
      return other === undefined || other === source
        ? []
        : [`tills.${source}.principals: ${principal} is of ${other} as well; IAM knows it by its name without the path`]
    }),
  )
}

/** The files beside the code of each function that needs to know who is served. */
export const filesOf = ({ config, tills }: MerchantsFile): Readonly<Record<string, string>> =>
  servedFiles(config, Object.fromEntries([...tills].map(([source, { principals }]) => [source, principals])))

/** The functions that read `served` of the configuration. */
export const SERVED_BY = ['sync', 'query', 'reconcile', 'status', 'statement', 'audit', 'certificates', 'decide']

/** ARNs of the secrets of the signing merchants. Secrets Manager appends a hyphen and six characters to each name. */
const secretArns = ({ served }: MerchantsFile, prefix: string): readonly Json[] =>
  signersOf(served).map((signer) =>
    sub(`arn:\${AWS::Partition}:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${prefix}/${signer}-??????`),
  )

/**
 * For each caller: its IAM policy, the role for other accounts, and the bus statement that denies its events to
 * everybody else.
 */
const callerPolicies = (read: MerchantsFile) => {
  const { served, sources, tills } = read
  const Resources: Record<string, Json> = {}
  const Outputs: Record<string, Json> = {}
  let former = 'OwnEventsOnly'
  for (const source of sources) {
    const { principals = [], accounts = [], external_id } = tills.get(source) ?? {}
    const id = `Till${logicalName(source)}`
    const name = `${id}Policy`
    const mchids = payeesOfTill(source, read)
    Resources[name] = tillPolicy(source, mchids)
    Outputs[name] = {
      Description: `What ${source} may do, for ${mchids?.join(', ') ?? 'its merchants'}`,
      Value: ref(name),
    }
    // Who signs has a folder for lists: a provider's are of all its shops.
    const folders = signersOf({ signers: served.signers.filter((signer) => signer.sources.includes(source)) })
    for (const [i, part] of whatFits(folders, source).entries()) {
      const statements = `${id}StatementPolicy${i === 0 ? '' : i + 1}`
      Resources[statements] = statementPolicy(source, part)
      Outputs[statements] = {
        Description: `Uploads lists and reads reports for ${source}, of ${part.join(', ')}`,
        Value: ref(statements),
      }
    }
    if (accounts.length > 0) {
      Resources[`${id}Role`] = tillRole(source, accounts, external_id, [ref(name)])
      Outputs[`${id}Role`] = {
        Description: `${accounts.join(', ')} assume it to act as ${source}`,
        Value: arn(`${id}Role`),
      }
    }
    const senders = [
      ...principals.map((principal) => sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${principal}`)),
      ...(accounts.length > 0 ? [arn(`${id}Role`)] : []),
    ]
    // One after the other, since all statements of a bus are one resource policy.
    Resources[`${id}Only`] = { ...denyOthers(source, senders), DependsOn: former }
    former = `${id}Only`
  }
  return { Resources, Outputs }
}

/** Who is paid through a till, as long as one policy can name them all; the functions refuse others in any case. */
const payeesOfTill = (source: string, { config }: MerchantsFile): readonly string[] | undefined => {
  const ofTill = ([, entry]: [string, { readonly sources: readonly string[] }]) => entry.sources.includes(source)
  const providers = Object.entries(config.providers).filter(ofTill)
  if (providers.some(([, { isAny }]) => isAny)) return undefined
  const direct = Object.entries(config.merchants).filter(ofTill)
  const mchids = [
    ...direct.map(([mchid]) => mchid),
    ...providers.flatMap(([provider]) => config.listed.get(provider) ?? []),
  ]
  return mchids.length <= MOST_NAMED && fits(tillPolicy(source, mchids)) ? mchids : undefined
}

/** No policy names more of them, so a hundred thousand are not even tried. */
const MOST_NAMED = 100

/** The roles through which tills of other accounts act, for the variable TILL_ROLES. */
const tillRoles = ({ tills }: MerchantsFile): Json | string => {
  const roles = [...tills].filter(([, { accounts }]) => accounts.length > 0)
  if (roles.length === 0) return ''
  const named = roles.flatMap(([source], i) => [`${i > 0 ? ' ' : ''}${source}=`, ref(`Till${logicalName(source)}Role`)])
  return { 'Fn::Join': ['', named] }
}

/** @param mchids undefined for the routes of all merchants */
const tillPolicy = (source: string, mchids: readonly string[] | undefined): Json => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: {
    Description: `Hands over offline payments as ${source}`,
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'execute-api:Invoke',
          Resource: (mchids ?? ['*']).flatMap((mchid) =>
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

const fits = (policy: Json): boolean => {
  const { PolicyDocument } = policy.Properties as Json
  return policySize(largestValue(ABOUT_THE_STACK, LONGEST_STACK, PolicyDocument)) <= MANAGED_POLICY_MOST
}

/**
 * Splits the folders over as few policies as possible: an mchid has up to 32 digits, and AWS limits the characters of a
 * policy.
 */
const whatFits = (mchids: readonly string[], source: string): readonly (readonly string[])[] => {
  const parts: string[][] = []
  for (const mchid of mchids) {
    const last = parts.at(-1)
    if (last && fits(statementPolicy(source, [...last, mchid]))) last.push(mchid)
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

/** The osls plugin: the variables `${merchants:…}` of serverless.yml, and the files beside the code. */
export default class Merchants {
  read: MerchantsFile | undefined

  configurationVariablesSources = {
    merchants: {
      resolve: async ({ address, resolveVariable }: Question) => {
        this.read ??= readMerchants(await resolveVariable('param:merchants'))
        const { read } = this
        const prefix = await resolveVariable('param:secretsPrefix')
        // The prefix is part of ARNs in policies, where `*` and `?` are wildcards.
        if (!/^[\w+=.@-]+(\/[\w+=.@-]+)*$/.test(prefix))
          throw new Error('the parameter secretsPrefix must be words of 0-9 A-Z a-z _ + = . @ - with / between them')
        const values: Json = {
          sources: read.sources,
          tillRoles: tillRoles(read),
          secrets: secretArns(read, prefix),
          callerPolicies: callerPolicies(read),
        }
        return { value: values[address] }
      },
    },
  }

  /** After stack/build.mjs has built the code, and before osls makes the zip files. */
  hooks = {
    'before:package:createDeploymentArtifacts': () => this.write(),
    'before:deploy:function:packageFunction': () => this.write(),
  }

  write(): void {
    if (!this.read) throw new Error('serverless.yml names no variable of the merchants file')
    const files = Object.entries(filesOf(this.read))
    for (const name of SERVED_BY) {
      const folder = `.build/${name}`
      // A list of an earlier configuration must not be packed.
      for (const old of readdirSync(folder))
        if (/^(merchants\.json|sub-merchants-.*)$/.test(old)) rmSync(`${folder}/${old}`)
      for (const [file, text] of files) writeFileSync(`${folder}/${file}`, text)
    }
  }
}

/** A list is looked for beside the file that names it. */
const readMerchants = (path: string): MerchantsFile =>
  readMerchantsFile(readFileSync(path), (name) => {
    try {
      return readFileSync(resolve(dirname(path), name), 'utf8')
    } catch {
      return undefined
    }
  })

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
