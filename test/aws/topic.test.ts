import { SNSClient } from '@aws-sdk/client-sns'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createTopic, type Mail } from '../../lib/aws/topic.ts'
import { UnavailableError } from '../../lib/errors.ts'
import { makeCredentials } from '../../lib/local/credentials.ts'
import { startTopic } from '../../lib/local/topic.ts'

const MAIL: Mail = { subject: 'payscore-sync: 1 double charge', text: '未了结\n& 100 % = ¥1+1\n' }

const start = async (by = makeCredentials()) => {
  const credentials = makeCredentials()
  const local = await startTopic({ name: 'alarms', credentials })
  onTestFinished(() => local.close())
  const topic = (arn = local.arn, own = credentials) =>
    createTopic(new SNSClient({ endpoint: local.endpoint, region: 'ap-east-1', credentials: own, maxAttempts: 1 }), arn)
  return { local, topic, stranger: by }
}

describe('a mail', () => {
  it('reaches the topic as it was written', async () => {
    const { local, topic } = await start()

    await topic().publish(MAIL)

    expect(local.history).toEqual([{ subject: MAIL.subject, message: MAIL.text }])
  })

  it.each<[string, Partial<Mail>]>([
    ['whose subject is of 100 characters', { subject: 'x'.repeat(100) }],
    ['whose subject is not ASCII', { subject: '未了结' }],
    ['whose subject has two lines', { subject: 'a\nb' }],
    ['without text', { text: '' }],
    ['of more than 256 KB', { text: 'x'.repeat(262_145) }],
  ])('%s is refused as by SNS', async (_, wrong) => {
    const { local, topic } = await start()

    await expect(topic().publish({ ...MAIL, ...wrong })).rejects.toThrow('the topic says InvalidParameter')
    expect(local.history).toEqual([])
  })

  it('of 256 KB is taken', async () => {
    const { local, topic } = await start()

    await topic().publish({ subject: 'x'.repeat(99), text: 'x'.repeat(262_144) })

    expect(local.history).toHaveLength(1)
  })

  it('to another topic, or by a stranger, is refused', async () => {
    const { local, topic, stranger } = await start()

    await expect(topic(`${local.arn}x`).publish(MAIL)).rejects.toThrow(UnavailableError)
    await expect(topic(local.arn, stranger).publish(MAIL)).rejects.toThrow(UnavailableError)
    expect(local.history).toEqual([])
  })

  it('that SNS failed to take, or whose answer was lost, is an error', async () => {
    const { local, topic } = await start()
    local.faults.add({ kind: 'fail' })
    await expect(topic().publish(MAIL)).rejects.toThrow(UnavailableError)
    expect(local.history).toHaveLength(0)

    local.faults.add({ kind: 'lose-answer' })
    await expect(topic().publish(MAIL)).rejects.toThrow(UnavailableError)
    expect(local.history).toHaveLength(1)
  })
})
