import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { membersOf } from '../../json.ts'
import type { CheckNotice } from './check-notice.ts'
import { type Letter, readLetter } from './letter.ts'
import type { SendAgain } from './send-again.ts'

/** What became of one dead letter. `would`: in a dry run. */
export type Redriven = {
  readonly outcome: 'sent' | 'dropped' | 'kept' | 'would send' | 'would drop'
  readonly order: string
  readonly why?: string
}

/** Visibility timeout in seconds; longer than one run over a full queue. */
const HIDDEN = 300

/** After so many receives in a row with only new dead letters, no older one is left. */
const NEW_ALONE = 3

/**
 * Goes once through every dead letter that is in the queue at the start. Due events are deleted. Payment notices that
 * pass `check` are sent again and deleted after they were accepted. All others become visible again at the end. A
 * payment notice that fails again comes back as a new dead letter, for the next run. Without `sendAgain` this is a dry
 * run and nothing is deleted.
 */
export const redriveDeadLetters = async function* (
  client: SQSClient,
  QueueUrl: string,
  check: CheckNotice,
  sendAgain: SendAgain | undefined,
): AsyncGenerator<Redriven> {
  await countLetters(client, QueueUrl)
  // By the clock of SQS: the SDK has the offset of this machine's clock from the first response, in whole seconds.
  const begunAt = Date.now() + client.config.systemClockOffset + 1000
  const kept = new Map<string, string>()
  try {
    for (let newAlone = 0; newAlone < NEW_ALONE; ) {
      const messages = await receive(client, QueueUrl)
      if (messages.length === 0) return
      newAlone += 1
      for (const { MessageId = '', ReceiptHandle = '', Body = '', MessageAttributes, Attributes } of messages) {
        // Seen before in this run: the queue is so long that the visibility timeout ended. Stop.
        const isBack = kept.has(MessageId)
        kept.set(MessageId, ReceiptHandle)
        if (isBack || Number(Attributes?.SentTimestamp ?? 0) > begunAt) continue
        newAlone = 0
        const letter = readLetter(Body, MessageAttributes?.TARGET_ARN?.StringValue)
        const redriven = await redriveOne(letter, check, sendAgain)
        if (redriven.outcome === 'sent' || redriven.outcome === 'dropped') {
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
          kept.delete(MessageId)
        }
        yield redriven
      }
    }
  } finally {
    for (const ReceiptHandle of kept.values())
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
  }
}

/** Approximate number of messages in a queue, including those in flight. */
export const countLetters = async (client: SQSClient, QueueUrl: string): Promise<number> => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  )
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0)
}

/** Long polling for a second, since a short poll may find no message although there are some. */
const receive = async (client: SQSClient, QueueUrl: string): Promise<readonly Message[]> => {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: HIDDEN,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['TARGET_ARN'],
      MessageSystemAttributeNames: ['SentTimestamp'],
    }),
  )
  return Messages
}

const redriveOne = async (letter: Letter, check: CheckNotice, sendAgain: SendAgain | undefined): Promise<Redriven> => {
  if (letter.kind === 'due') return { outcome: sendAgain ? 'dropped' : 'would drop', order: '' }
  if (letter.kind === 'other') return { outcome: 'kept', order: '', why: 'no notice' }
  const { mchid = '', out_order_no = '' } = membersOf(letter.event.detail)
  const order = `${shown(mchid)}/${shown(out_order_no)}`
  const doubt = check(letter.event, letter.functionArn)
  if (doubt !== undefined) return { outcome: 'kept', order, why: doubt }
  if (!sendAgain) return { outcome: 'would send', order }
  const why = await sendAgain(letter.event)
  return why === undefined ? { outcome: 'sent', order } : { outcome: 'kept', order, why }
}

/** The text comes from outside, so control characters must not reach the terminal. */
const shown = (value: unknown): string =>
  String(value)
    .replaceAll(/[^\x21-\x7e]/g, '?')
    .slice(0, 64)
