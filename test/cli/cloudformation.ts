import { listenOnLoopback } from '../../lib/local/loopback-server.ts'

/** CloudFormation, as far as it tells the outputs of one stack. Any other stack does not exist. */
export const startCloudFormation = async (StackName: string, outputs: Readonly<Record<string, string>>) => {
  const server = await listenOnLoopback(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const asked = new URLSearchParams(Buffer.concat(chunks).toString()).get('StackName')
    response.setHeader('content-type', 'text/xml')
    if (asked === StackName) return response.end(stackXml(StackName, outputs))
    response.statusCode = 400
    return response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${asked} does not exist</Message></Error></ErrorResponse>`,
    )
  })
  return { endpoint: `http://${server.host}`, close: server.close }
}

const stackXml = (name: string, outputs: Readonly<Record<string, string>>): string => {
  const members = Object.entries(outputs)
    .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
    .join('')
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><Outputs>${members}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
}
