import { describe, expect, it } from 'vitest'
import { propertiesOf, readTemplate, resourcesOf } from '../../lib/local/stack/template.ts'
import { queuePolicy } from './policies.ts'

const template = readTemplate()
const queues = resourcesOf(template, 'AWS::SQS::Queue').map(([id]) => id)

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`
const rule = (name: string) => `arn:aws:events:ap-east-1:111122223333:rule/${name}`

describe('the queues', () => {
  it('are these six, so that none is without its row below', () => {
    expect(queues).toEqual([
      'NoticeDeadLetters',
      'OutcomeDeadLetters',
      'StatementDeadLetters',
      'EvidenceDeadLetters',
      'WebhookQueue',
      'WebhookDeadLetters',
    ])
  })

  it.each<[string, object]>([
    [
      'NoticeDeadLetters',
      { ArnNotEquals: { 'aws:PrincipalArn': role('SyncRole'), 'aws:SourceArn': rule('PaidOfflineRule') } },
    ],
    ['OutcomeDeadLetters', { ArnNotEquals: { 'aws:PrincipalArn': role('OutcomeRole') } }],
    [
      'StatementDeadLetters',
      { ArnNotEquals: { 'aws:PrincipalArn': role('StatementRole'), 'aws:SourceArn': rule('StatementRule') } },
    ],
    ['EvidenceDeadLetters', { ArnNotEquals: { 'aws:PrincipalArn': role('EvidenceRole') } }],
    ['WebhookQueue', { ArnNotEquals: { 'aws:SourceArn': rule('WebhookRule') } }],
    ['WebhookDeadLetters', { Bool: { 'aws:PrincipalIsAWSService': 'false' } }],
  ])('%s: what is sent is denied to everybody but who writes there, whoever allows it', (queue, Condition) => {
    expect(queuePolicy(template, queue).Statement).toContainEqual({
      Sid: 'senders-only',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sqs:SendMessage',
      Resource: `arn:aws:sqs:ap-east-1:111122223333:${queue}`,
      Condition,
    })
  })

  it.each(queues)('%s answers over TLS only', (queue) => {
    expect(queuePolicy(template, queue).Statement).toContainEqual({
      Sid: 'tls-only',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sqs:*',
      Resource: `arn:aws:sqs:ap-east-1:111122223333:${queue}`,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    })
  })

  it('are the dead-letter queues of no queue of somebody else, which would be another way in', () => {
    const open = queues.filter((id) => propertiesOf(template, id).RedriveAllowPolicy === undefined)

    expect(open).toEqual(['WebhookDeadLetters'])
    expect(propertiesOf(template, 'NoticeDeadLetters').RedriveAllowPolicy).toEqual({ redrivePermission: 'denyAll' })
  })
})
