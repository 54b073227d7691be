import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { clientSettings } from '../../aws/client.ts'
import { type Letter, readLetter } from './letter.ts'
import type { SendAgain } from './send-again.ts'

/** What became of one dead letter. `would`: in a rehearsal. */
export type Treated = {
  readonly outcome: 'sent' | 'dropped' | 'kept' | 'would send' | 'would drop'
  readonly order: string
  readonly why?: string
}

/** Seconds that nobody else sees a letter: longer than a run over a full queue takes to come back to it. */
const HIDDEN = 300

/**
 * Takes every letter of a queue once: due events are dropped, notices sent again and deleted only when they were taken.
 * All others can be received again at the end. Without `sendAgain` it is a rehearsal, and all stay.
 */
export const treatDeadLetters = async function* (
  QueueUrl: string,
  sendAgain: SendAgain | undefined,
): AsyncGenerator<Treated> {
  const client = new SQSClient({ maxAttempts: clientSettings.maxAttempts })
  const kept = new Map<string, string>()
  try {
    for (
      let messages = await receive(client, QueueUrl);
      messages.length > 0;
      messages = await receive(client, QueueUrl)
    )
      for (const { MessageId = '', ReceiptHandle = '', Body = '', MessageAttributes } of messages) {
        // Back again although hidden: the queue is longer than the time that it was hidden for.
        if (kept.has(MessageId)) return
        kept.set(MessageId, ReceiptHandle)
        const letter = readLetter(Body, MessageAttributes?.TARGET_ARN?.StringValue)
        const treated = await treat(letter, sendAgain)
        if (treated.outcome === 'sent' || treated.outcome === 'dropped') {
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
          kept.delete(MessageId)
        }
        yield treated
      }
  } finally {
    for (const ReceiptHandle of kept.values())
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
  }
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
    }),
  )
  return Messages
}

const treat = async (letter: Letter, sendAgain: SendAgain | undefined): Promise<Treated> => {
  if (letter.kind === 'due') return { outcome: sendAgain ? 'dropped' : 'would drop', order: '' }
  if (letter.kind === 'other') return { outcome: 'kept', order: '', why: 'no notice' }
  const { mchid = '', out_order_no = '' } = { ...letter.event.detail } as { mchid?: unknown; out_order_no?: unknown }
  const order = `${mchid}/${out_order_no}`
  if (!sendAgain) return { outcome: 'would send', order }
  const why = await sendAgain(letter.event, letter.functionName)
  return why === undefined ? { outcome: 'sent', order } : { outcome: 'kept', order, why }
}
