import { randomBytes } from 'node:crypto'
import { credentialsEnv, makeCredentials } from '../credentials.ts'

/** The made-up account and region of the whole local world. */
export const account = '123456789012'
export const region = 'ap-east-1'

export const functionArn = (name: string): string => `arn:aws:lambda:${region}:${account}:function:${name}`

/**
 * What a Node 24 function finds in its environment: what was configured for it, and what Lambda sets, most of which
 * cannot be configured away. Credentials are made in the run; a world, or a test, may want to know them.
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
