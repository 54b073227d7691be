import { createHash, randomUUID } from 'node:crypto'
import { account, region } from './lambda/environment.ts'
import { answerJson, listenOnLoopback, readBody } from './loopback-server.ts'

type Attributes = Readonly<Record<string, string>>
type Message = {
  readonly id: string
  readonly body: string
  readonly attributes: Attributes
  /** ms, by the queue's clock. */
  readonly sentAt: number
  /** By the queue's clock: the message is hidden until then. */
  visibleAt: number
  /** The receipt handle of the last receive; an older one deletes nothing. */
  receipt: string
}

export type Queue = {
  /** For AWS_ENDPOINT_URL_SQS. */
  readonly endpoint: string
  readonly url: string
  /** Messages that were not deleted, also hidden ones. */
  readonly messages: readonly Readonly<Message>[]
  /** Operations in the order of the requests. */
  readonly history: readonly string[]
  /** `sentAt` by the queue's clock in ms; by default now. */
  send(body: string, attributes?: Attributes, sentAt?: number): void
  close(): Promise<void>
}

/** One SQS queue on loopback with SQS's JSON protocol: receive with a visibility timeout, change it, delete, count. */
export const startQueue = async (options: { readonly name: string; readonly now?: () => number }): Promise<Queue> => {
  const { name, now = Date.now } = options
  const messages: Message[] = []
  const history: string[] = []

  const receive = (input: Input) => {
    const most = Math.min(Number(input.MaxNumberOfMessages ?? 1), 10)
    const hiddenMs = Number(input.VisibilityTimeout ?? 30) * 1000
    const taken = messages.filter(({ visibleAt }) => visibleAt <= now()).slice(0, most)
    for (const message of taken) Object.assign(message, { visibleAt: now() + hiddenMs, receipt: randomUUID() })
    return taken.length === 0 ? {} : { Messages: taken.map(toWire) }
  }

  const find = (input: Input): Message | undefined => messages.find(({ receipt }) => receipt === input.ReceiptHandle)

  const operations: Readonly<Record<string, (input: Input) => object>> = {
    ReceiveMessage: receive,
    DeleteMessage: (input) => {
      const message = find(input)
      if (message) messages.splice(messages.indexOf(message), 1)
      return {}
    },
    GetQueueAttributes: () => {
      const hidden = messages.filter(({ visibleAt }) => visibleAt > now()).length
      return {
        Attributes: {
          ApproximateNumberOfMessages: String(messages.length - hidden),
          ApproximateNumberOfMessagesNotVisible: String(hidden),
        },
      }
    },
    ChangeMessageVisibility: (input) => {
      const message = find(input)
      if (message) message.visibleAt = now() + Number(input.VisibilityTimeout) * 1000
      return {}
    },
  }

  const server = await listenOnLoopback(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('AmazonSQS.', '')
    history.push(operation)
    const input = JSON.parse((await readBody(request)).toString()) as Input // the SDK sends JSON
    const known = operations[operation]
    if (input.QueueUrl !== url)
      return answerJson(
        response,
        400,
        { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'No queue.' },
        JSON_1_0,
      )
    if (!known) return answerJson(response, 400, { __type: 'com.amazonaws.sqs#UnsupportedOperation' }, JSON_1_0)
    return answerJson(response, 200, known(input), JSON_1_0)
  })
  const endpoint = `http://${server.host}`
  const url = `${endpoint}/${account}/${name}`

  return {
    endpoint,
    url,
    messages,
    history,
    send: (body, attributes = {}, sentAt = now()) => {
      messages.push({ id: randomUUID(), body, attributes, sentAt, visibleAt: 0, receipt: '' })
    },
    close: server.close,
  }
}

type Input = Readonly<Record<string, unknown>>

const JSON_1_0 = 'application/x-amz-json-1.0'

const toWire = ({ id, body, attributes, sentAt, receipt }: Message) => ({
  MessageId: id,
  ReceiptHandle: receipt,
  Body: body,
  Attributes: { SentTimestamp: String(sentAt) },
  MD5OfBody: createHash('md5').update(body).digest('hex'),
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  ),
})

/** The message attribute of a rule's dead letter. */
export const targetArn = (name: string): string => `arn:aws:lambda:${region}:${account}:function:${name}`
