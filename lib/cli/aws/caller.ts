import { userInfo } from 'node:os'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { cliClientSettings } from './client.ts'
import { isLocalWorld } from './local-world.ts'

/**
 * Who makes a decision, for the row and the log: the caller's ARN from STS; with DynamoDB on this machine, the
 * operating system's user.
 */
export const callerIdentity = async (env: NodeJS.ProcessEnv): Promise<string> => {
  if (isLocalWorld(env)) return `local/${userInfo().username}`
  const { Arn = '' } = await new STSClient(cliClientSettings).send(new GetCallerIdentityCommand({}))
  return Arn
}
