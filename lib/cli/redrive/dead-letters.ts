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

/** What became of one dead letter. `would`: in a rehearsal. */
export type Redriven = {
  readonly outcome: 'sent' | 'dropped' | 'kept' | 'would send' | 'would drop'
  readonly order: string
  readonly why?: string
}

/** Seconds that nobody else sees a letter: longer than a run over a full queue takes to come back to it. */
const HIDDEN = 300

/** Receives in a row that bring nothing but new letters: by then nothing older is left. */
const NEW_ALONE = 3

/**
 * Takes every letter of a queue that is there when the run begins, once: due events are dropped, notices that pass `check`
 * sent again and deleted only when they were taken. All others can be received again at the end. A notice that fails once
 * more comes back as a new letter, and is left to the next run. Without `sendAgain` it is a rehearsal, and all stay.
 */
export const redriveDeadLetters = async function* (
  client: SQSClient,
  QueueUrl: string,
  check: CheckNotice,
  sendAgain: SendAgain | undefined,
): AsyncGenerator<Redriven> {
  await countLetters(client, QueueUrl)
  // By the queue's clock: the first answer told the client, in whole seconds, how far this machine's is off.
  const begunAt = Date.now() + client.config.systemClockOffset + 1000
  const kept = new Map<string, string>()
  try {
    for (let newAlone = 0; newAlone < NEW_ALONE; ) {
      const messages = await receive(client, QueueUrl)
      if (messages.length === 0) return
      newAlone += 1
      for (const { MessageId = '', ReceiptHandle = '', Body = '', MessageAttributes, Attributes } of messages) {
        // Back again although hidden: the queue is longer than the time that it was hidden for.
        const isBack = kept.has(MessageId)
        kept.set(MessageId, ReceiptHandle)
        if (isBack || Number(Attributes?.SentTimestamp ?? 0) > begunAt) continue
        newAlone = 0
        const letter = readLetter(Body, MessageAttributes?.TARGET_ARN?.StringValue)
        const treated = await redriveOne(letter, check, sendAgain)
        if (treated.outcome === 'sent' || treated.outcome === 'dropped') {
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
          kept.delete(MessageId)
        }
        yield treated
      }
    }
  } finally {
    for (const ReceiptHandle of kept.values())
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
  }
}

/** About how many letters a queue holds, those included that somebody is about to treat. */
export const countLetters = async (client: SQSClient, QueueUrl: string): Promise<number> => {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  )
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0)
}

/** Waits a second for messages: asked without waiting, a queue may answer that it is empty when it is not. */
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

/** A stranger's text must not move the cursor of the terminal that shows it. */
const shown = (value: unknown): string =>
  String(value)
    .replaceAll(/[^\x21-\x7e]/g, '?')
    .slice(0, 64)
