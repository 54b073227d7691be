import { randomUUID } from 'node:crypto'

/** A response of Secrets Manager: JSON body, and `__type` of an error ('' if there is none). */
export type Reply = { readonly status: number; readonly error: string; readonly body: object }

export type Input = Readonly<Record<string, unknown>>

type Version = { readonly id: string; stages: readonly string[]; readonly value: object; readonly createdAt: number }
type Secret = { readonly name: string; readonly arn: string; readonly versions: Version[] }

const reply = (body: object): Reply => ({ status: 200, error: '', body })

export const failure = (error: string, Message: string, status = 400): Reply => ({
  status,
  error,
  body: { __type: error, Message },
})

const NO_SUCH_SECRET = failure('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
const NO_SUCH_VERSION = failure(
  'ResourceNotFoundException',
  "Secrets Manager can't find the specified secret value for that version or staging label.",
)

/** A value is a string, or binary data in base64. */
const readValue = ({ SecretString, SecretBinary }: Input): object | undefined => {
  if (typeof SecretString === 'string' && SecretBinary === undefined) return { SecretString }
  return typeof SecretBinary === 'string' && SecretString === undefined ? { SecretBinary } : undefined
}

export type SecretVersions = {
  readonly run: (operation: string, input: Input) => Reply
  /** Makes a new secret, or a new version of an existing one. Gives the version id. */
  readonly put: (name: string, value: object) => string
}

export const createSecretVersions = (now: () => number): SecretVersions => {
  const secrets: Secret[] = []
  const find = (id: unknown) => secrets.find(({ name, arn }) => name === id || arn === id)

  const create = (name: string): Secret => {
    const arn = `arn:aws:secretsmanager:ap-east-1:000000000000:secret:${name}-${randomUUID().slice(0, 6)}`
    const secret: Secret = { name, arn, versions: [] }
    secrets.push(secret)
    return secret
  }

  /** The new version becomes AWSCURRENT and the one before AWSPREVIOUS; older versions lose their stage. */
  const addVersion = ({ versions }: Secret, value: object, id: string): Version => {
    for (const version of versions) version.stages = version.stages.includes('AWSCURRENT') ? ['AWSPREVIOUS'] : []
    const version: Version = { id, stages: ['AWSCURRENT'], value, createdAt: now() / 1000 }
    versions.push(version)
    return version
  }

  const putValue = (secret: Secret, value: object, { ClientRequestToken }: Input): Reply => {
    const id = typeof ClientRequestToken === 'string' ? ClientRequestToken : randomUUID()
    const { stages } = addVersion(secret, value, id)
    return reply({ ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages })
  }

  const NO_VALUE = failure('InvalidRequestException', 'You must provide either SecretString or SecretBinary.')

  const operations: Readonly<Record<string, (input: Input) => Reply>> = {
    GetSecretValue: ({ SecretId, VersionId, VersionStage }) => {
      const secret = find(SecretId)
      if (secret === undefined) return NO_SUCH_SECRET
      const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined)
      const version = secret.versions.find(
        ({ id, stages }) => id === (VersionId ?? id) && (stage === undefined || stages.some((name) => name === stage)),
      )
      if (version === undefined) return NO_SUCH_VERSION
      const { id, stages, value, createdAt } = version
      const about = { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages, CreatedDate: createdAt }
      return reply({ ...about, ...value })
    },
    PutSecretValue: (input) => {
      const secret = find(input.SecretId)
      const value = readValue(input)
      if (secret === undefined) return NO_SUCH_SECRET
      return value === undefined ? NO_VALUE : putValue(secret, value, input)
    },
    CreateSecret: (input) => {
      const { Name } = input
      const value = readValue(input)
      if (typeof Name !== 'string') return failure('InvalidParameterException', 'You must provide a Name.')
      if (value === undefined) return NO_VALUE
      if (find(Name) === undefined) return putValue(create(Name), value, input)
      return failure('ResourceExistsException', `The operation failed because the secret ${Name} already exists.`)
    },
    DescribeSecret: ({ SecretId }) => {
      const secret = find(SecretId)
      if (secret === undefined) return NO_SUCH_SECRET
      const staged = secret.versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages])
      const dates = { CreatedDate: secret.versions[0]?.createdAt, LastChangedDate: secret.versions.at(-1)?.createdAt }
      return reply({ ARN: secret.arn, Name: secret.name, ...dates, VersionIdsToStages: Object.fromEntries(staged) })
    },
  }

  return {
    run: (operation, input) => {
      const known = Object.hasOwn(operations, operation) ? operations[operation] : undefined
      return known?.(input) ?? failure('UnknownOperationException', `There is no operation ${operation}`)
    },
    put: (name, value) => addVersion(find(name) ?? create(name), value, randomUUID()).id,
  }
}
