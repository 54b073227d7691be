import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { cliClientSettings } from './client.ts'

/** The outputs of a deployed CloudFormation stack, by name. */
export const stackOutputs = async (StackName: string): Promise<ReadonlyMap<string, string>> => {
  const client = new CloudFormationClient(cliClientSettings)
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }))
  return new Map(Stacks[0]?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]))
}
