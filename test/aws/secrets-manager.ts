import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SecretsManagerClient, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'

/** How the stand-in answers one request: with a secret, with an error by name, or as it likes. */
export type Answer =
  | { readonly SecretString?: string; readonly SecretBinary?: string }
  | { readonly error: string; readonly status?: number }
  | ((response: ServerResponse) => void)

/** Secrets Manager on loopback: gives what `answer` holds at the time, and keeps the ids of the secrets asked for. */
export const startSecretsManager = async () => {
  const asked: string[] = []
  const state: { answer: Answer } = { answer: { error: 'ResourceNotFoundException' } }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    asked.push(JSON.parse(Buffer.concat(chunks).toString()).SecretId)
    const { answer } = state
    if (typeof answer === 'function') return answer(response)
    const [status, body] =
      'error' in answer
        ? [answer.status ?? 400, { __type: answer.error, message: 'said Secrets Manager' }]
        : [200, answer]
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  })
  server.on('connection', (socket) => socket.setNoDelay())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  // `listen` on a port gives an AddressInfo, never the text of a pipe.
  const { port } = server.address() as AddressInfo

  const connect = (settings: Partial<SecretsManagerClientConfig>) =>
    new SecretsManagerClient({
      region: 'cn-north-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      ...settings,
    })
  const stop = async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  }
  return { asked, connect, stop, answerWith: (answer: Answer) => (state.answer = answer) }
}
