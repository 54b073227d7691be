import type { Credentials } from './credentials.ts'
import { type Invocable, TooManyRequestsException } from './lambda/invocation.ts'
import { answerJson, type LoopbackServer, listenOnLoopback, readBody } from './loopback-server.ts'
import { checkSignature } from './signature-v4.ts'

const INVOKE = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/

/** Lambda's Invoke on loopback, by the names of the functions, so that a command can start one as it does on AWS. */
export const startLambdaApi = (
  lambdas: Readonly<Record<string, Invocable>>,
  credentials: Credentials,
): Promise<LoopbackServer> => {
  const check = checkSignature('lambda', credentials)
  return listenOnLoopback(async (request, response) => {
    const body = await readBody(request)
    const fault = check(request, body)
    if (fault) return answerJson(response, 403, { __type: fault })
    const [, name = ''] = INVOKE.exec(request.url ?? '') ?? []
    const lambda = Object.hasOwn(lambdas, name) ? lambdas[name] : undefined
    if (request.method !== 'POST' || !lambda) return answerJson(response, 404, { __type: 'ResourceNotFoundException' })
    try {
      const { result, error } = await lambda.invoke(JSON.parse(body.toString()))
      if (error) response.setHeader('X-Amz-Function-Error', 'Unhandled')
      return answerJson(response, 200, error ?? result)
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) throw error
      return answerJson(response, 429, { __type: error.name })
    }
  })
}
