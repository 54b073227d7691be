import type { ServerResponse } from 'node:http'
import { listenOnLoopback, readBody } from '../../lib/local/loopback-server.ts'

export type CannedAnswer = { readonly status: number; readonly body: string } | ((response: ServerResponse) => void)

/** An AWS service that gives the same response to every request, and records operation and input. */
export const startCannedAws = async (answer: CannedAnswer) => {
  const canned = { answer }
  const asked: { readonly operation: string; readonly input: unknown }[] = []
  const { host, close } = await listenOnLoopback(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '')
    asked.push({ operation, input: JSON.parse((await readBody(request)).toString()) })
    if (typeof canned.answer === 'function') return canned.answer(response)
    const { status, body } = canned.answer
    return response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body)
  })
  return {
    endpoint: `http://${host}`,
    asked,
    answerWith: (answer: CannedAnswer) => {
      canned.answer = answer
    },
    close,
  }
}
