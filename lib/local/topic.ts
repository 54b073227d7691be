import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { createFaults, type FaultRule, type Faults } from './aws-faults.ts'
import type { Credentials } from './credentials.ts'
import { account, region } from './lambda/environment.ts'
import { listenOnLoopback, readBody } from './loopback-server.ts'
import { checkSignature } from './signature-v4.ts'

/** A message that the topic took. */
type Published = { readonly subject: string; readonly message: string }

/** `fail` is a 500 and nothing was taken; `lose-answer` takes the message and resets the connection. */
type TopicFault = FaultRule<URLSearchParams> & { readonly kind: 'fail' | 'lose-answer' }

export type LocalTopic = {
  /** For AWS_ENDPOINT_URL_SNS. */
  readonly endpoint: string
  readonly arn: string
  readonly history: readonly Published[]
  readonly faults: Faults<URLSearchParams, TopicFault>
  readonly close: () => Promise<void>
}

/** Limits of SNS: bytes of a message; and a subject of ASCII that begins with a letter, a digit or a punctuation mark. */
const MESSAGE_BYTES = 262_144
const SUBJECT = /^[\x21-\x7e][\x20-\x7e]{0,98}$/

/** One SNS topic on loopback with SNS's query protocol: Publish. */
export const startTopic = async (options: {
  readonly name: string
  readonly credentials: Credentials
}): Promise<LocalTopic> => {
  const { name, credentials } = options
  const arn = `arn:aws:sns:${region}:${account}:${name}`
  const check = checkSignature('sns', credentials)
  const history: Published[] = []
  const { faults, strike } = createFaults<URLSearchParams, TopicFault>()

  const server = await listenOnLoopback(async (request, response) => {
    const body = await readBody(request)
    const wrong = check(request, body)
    if (wrong) return answer(response, 403, errorXml(wrong))
    const input = new URLSearchParams(body.toString())
    const refusal = whyRefused(input, arn)
    if (refusal) return answer(response, refusal === 'NotFound' ? 404 : 400, errorXml(refusal))
    const fault = strike(() => input)
    if (fault?.kind === 'fail') return answer(response, 500, errorXml('InternalError'))
    history.push({ subject: input.get('Subject') ?? '', message: input.get('Message') ?? '' })
    if (fault?.kind === 'lose-answer') return request.socket.destroy()
    return answer(response, 200, publishedXml(randomUUID()))
  })

  return { endpoint: `http://${server.host}`, arn, history, faults, close: server.close }
}

const MEMBERS = ['Action', 'Version', 'TopicArn', 'Subject', 'Message']

const whyRefused = (input: URLSearchParams, arn: string): string | undefined => {
  if (input.get('Action') !== 'Publish' || input.get('Version') !== '2010-03-31') return 'InvalidAction'
  if (input.get('TopicArn') !== arn) return 'NotFound'
  const bytes = Buffer.byteLength(input.get('Message') ?? '')
  const isWhole = [...input.keys()].every((name) => MEMBERS.includes(name)) && SUBJECT.test(input.get('Subject') ?? '')
  return isWhole && bytes > 0 && bytes <= MESSAGE_BYTES ? undefined : 'InvalidParameter'
}

const XMLNS = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"'

const publishedXml = (id: string): string =>
  `<PublishResponse ${XMLNS}><PublishResult><MessageId>${id}</MessageId></PublishResult></PublishResponse>`

const errorXml = (code: string): string =>
  `<ErrorResponse ${XMLNS}><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`

const answer = (response: ServerResponse, status: number, text: string) =>
  response.writeHead(status, { 'Content-Type': 'text/xml' }).end(text)
