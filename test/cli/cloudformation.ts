import { answerJson, listenOnLoopback, readBody } from '../../lib/local/loopback-server.ts'

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

/** A stack whose API lets nobody in. */
export const startForbiddingStack = async (name: string) => {
  const api = await listenOnLoopback((_, response) => answerJson(response, 403, { message: 'Forbidden' }))
  const stack = await startCloudFormation(name, { LedgerTable: 'payscore-ledger', HttpApiUrl: `http://${api.host}` })
  return { endpoint: stack.endpoint, close: () => Promise.all([api.close(), stack.close()]) }
}

const stackXml = (name: string, outputs: Readonly<Record<string, string>>): string => {
  const members = Object.entries(outputs)
    .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
    .join('')
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><Outputs>${members}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
}
