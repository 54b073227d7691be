import { randomBytes } from 'node:crypto'
import { credentialsEnv, makeCredentials } from '../credentials.ts'

/** The invented account and region of the local world. */
export const account = '123456789012'
export const region = 'ap-east-1'

export const functionArn = (name: string): string => `arn:aws:lambda:${region}:${account}:function:${name}`

/**
 * The environment variables of a Node 24 function: the configured ones, and those that Lambda sets, most of which
 * cannot be overwritten. Credentials are made for this run, unless the caller passes them.
 */
export const lambdaEnvironment = (
  name: string,
  memoryMb: number,
  configured: Readonly<Record<string, string>>,
): Record<string, string> => ({
  LANG: 'en_US.UTF-8',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  TZ: ':UTC',
  ...credentialsEnv(makeCredentials()),
  ...configured,
  _HANDLER: 'index.handler',
  AWS_DEFAULT_REGION: region,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: `[$LATEST]${randomBytes(16).toString('hex')}`,
  AWS_REGION: region,
})
