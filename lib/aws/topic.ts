import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { unavailableOf } from '../errors.ts'

/** `subject`: fewer than 100 characters of ASCII, as every region takes it. `text`: at most 256 KB. */
export type Mail = { readonly subject: string; readonly text: string }

/** An SNS topic, whose subscribers get each mail. Throws UnavailableError if SNS did not take it. */
export type Topic = { readonly publish: (mail: Mail) => Promise<void> }

export const createTopic = (client: SNSClient, TopicArn: string): Topic => ({
  publish: async ({ subject, text }) => {
    const command = new PublishCommand({ TopicArn, Subject: subject, Message: text })
    await client.send(command).catch(unavailableOf('the topic'))
  },
})
