import { onTestFinished } from 'vitest'
import { answerJson, listenOnLoopback, readBody } from '../../lib/local/loopback-server.ts'
import { stubAws } from './local-env.ts'

/** CloudFormation, as far as it tells the outputs of one stack. Any other stack does not exist. */
export const startCloudFormation = async (StackName: string, outputs: Readonly<Record<string, string>>) => {
  const server = await listenOnLoopback(async (request, response) => {
    const asked = new URLSearchParams((await readBody(request)).toString()).get('StackName')
    response.setHeader('content-type', 'text/xml')
    if (asked === StackName) return response.end(stackXml(StackName, outputs))
    response.statusCode = 400
    return response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${asked} does not exist</Message></Error></ErrorResponse>`,
    )
  })
  return { endpoint: `http://${server.host}`, close: server.close }
}

/** Lets the commands of a test find the stack payscore-sync-prod with these outputs. */
export const stubStack = async (outputs: Readonly<Record<string, string>>): Promise<void> => {
  const stack = await startCloudFormation('payscore-sync-prod', outputs)
  onTestFinished(stack.close)
  stubAws({ AWS_ENDPOINT_URL_CLOUDFORMATION: stack.endpoint })
}

/** The same with an API that lets nobody in. */
export const stubForbiddingStack = async (): Promise<void> => {
  const api = await listenOnLoopback((_, response) => answerJson(response, 403, { message: 'Forbidden' }))
  onTestFinished(api.close)
  await stubStack({ LedgerTable: 'payscore-ledger', HttpApiUrl: `http://${api.host}` })
}

const stackXml = (name: string, outputs: Readonly<Record<string, string>>): string => {
  const members = Object.entries(outputs)
    .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
    .join('')
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><Outputs>${members}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
}
