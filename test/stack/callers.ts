import type { Template } from '../../lib/local/stack/template.ts'
import { busPolicy, managedPolicy, type Policy, queuePolicy, rolePolicy, topicPolicy, trustPolicy } from './policies.ts'

/** One request to AWS, by whom and with which policies, and whether it may be allowed. */
export type Case = {
  readonly claim: string
  readonly isAllowed: boolean
  readonly principal: string
  readonly policy: Policy
  readonly action: string
  readonly resource: string
  readonly resourcePolicy?: Policy
  readonly context: Readonly<Record<string, string | readonly string[]>>
}

const ACCOUNT = '111122223333'
const API = `arn:aws:execute-api:ap-east-1:${ACCOUNT}:HttpApi/$default`
const BUS = `arn:aws:events:ap-east-1:${ACCOUNT}:event-bus/EventBus`
const TABLE = `arn:aws:dynamodb:ap-east-1:${ACCOUNT}:table/Ledger`
const TOPIC = `arn:aws:sns:ap-east-1:${ACCOUNT}:AlarmTopic`
const SECRET = `arn:aws:secretsmanager:ap-east-1:${ACCOUNT}:secret:payscore/merchants/1900000109-AbCdEf`
const OFFLINE = 'Payscore Order Paid Offline'
const OPEN_CASES = 'Payscore Open Cases'

const STORING = { put: 's3:PutObject', get: 's3:GetObject', delete: 's3:DeleteObject' } as const

/** Who asks for what, of a stack with two tills: pos serves 1900000109 and 1900000111, the other till 1900000110. */
export const callerCases = (template: Template): readonly Case[] => {
  const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`
  const everything: Policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
  const pos = {
    who: 'a till',
    principal: role('pos'),
    policy: managedPolicy(template, 'TillComExamplePosc803369ba7bfPolicy'),
  }
  const other = {
    who: 'another account’s till',
    principal: role('TillComExampleOther24473df468cbRole'),
    policy: managedPolicy(template, 'TillComExampleOther24473df468cbPolicy'),
  }
  const lists = {
    who: 'who uploads a till’s lists',
    principal: role('office'),
    policy: managedPolicy(template, 'TillComExamplePosc803369ba7bfStatementPolicy'),
  }
  const stranger = { ...pos, who: 'a role with a till’s policy that is not listed', principal: role('stranger') }
  const admin = { who: 'an administrator', principal: role('admin'), policy: everything }
  const operator = {
    who: 'an operator',
    principal: role('operator'),
    policy: managedPolicy(template, 'OperatorPolicy'),
  }
  const support = { who: 'support', principal: role('support'), policy: managedPolicy(template, 'SupportPolicy') }
  const receipts = {
    who: 'who exports receipts',
    principal: role('receipts'),
    policy: managedPolicy(template, 'ReceiptPolicy'),
  }
  const eraser = { who: 'who erases', principal: role('eraser'), policy: managedPolicy(template, 'ErasurePolicy') }
  const own = (name: string) => ({ who: name, principal: role(name), policy: rolePolicy(template, name) })

  const audit = own('AuditRole')
  const otherFunctions = [
    ...['SyncRole', 'QueryRole', 'ReconcileRole', 'OutcomeRole', 'StatusRole'],
    ...['DecideRole', 'CertificatesRole', 'StatementRole'],
  ].map(own)

  type Caller = typeof pos
  const request = (
    isAllowed: boolean,
    caller: Caller,
    what: string,
    action: string,
    resource: string,
    context = {},
  ): Case => ({
    claim: `${caller.who} ${isAllowed ? 'may' : 'may not'} ${what}`,
    isAllowed,
    principal: caller.principal,
    policy: caller.policy,
    action,
    resource,
    context: { 'aws:PrincipalArn': caller.principal, ...context },
  })
  const calls = (isAllowed: boolean, caller: Caller, path: string) =>
    request(isAllowed, caller, `call ${path}`, 'execute-api:Invoke', `${API}/${path}`)
  const puts = (
    isAllowed: boolean,
    caller: Caller,
    sources: readonly string[],
    detailTypes: readonly string[] = [OFFLINE],
  ): Case => ({
    ...request(
      isAllowed,
      caller,
      `put ${detailTypes.join(' and ')} of ${sources.join(' and ')}`,
      'events:PutEvents',
      BUS,
      {
        ...(sources.length > 0 && { 'events:source': sources }),
        // Evaluated entry by entry.
        ...(detailTypes.length > 0 && { 'events:detail-type': detailTypes[0] }),
      },
    ),
    resourcePolicy: busPolicy(template),
  })
  const invokes = (isAllowed: boolean, caller: Caller, name: string) =>
    request(
      isAllowed,
      caller,
      `invoke ${name}`,
      'lambda:InvokeFunction',
      `arn:aws:lambda:ap-east-1:${ACCOUNT}:function:${name}`,
    )
  const stores = (isAllowed: boolean, caller: Caller, how: keyof typeof STORING, key: string) =>
    request(isAllowed, caller, `${how} ${key}`, STORING[how], `arn:aws:s3:::Statements/${key}`)
  const EVIDENCE = 'arn:aws:s3:::Evidence'
  const evidences = (isAllowed: boolean, caller: Caller, action: string, key: string) =>
    request(isAllowed, caller, `${action} ${key} of evidence`, `s3:${action}`, `${EVIDENCE}/${key}`)
  /** With the names of all attributes that the request writes, reads or asks for in a condition. */
  const writesRow = (isAllowed: boolean, caller: Caller, attributes: readonly string[]) =>
    request(
      isAllowed,
      caller,
      `write ${attributes.join(', ')} of a row`,
      'dynamodb:UpdateItem',
      `arn:aws:dynamodb:ap-east-1:${ACCOUNT}:table/Ledger`,
      attributes.length > 0 ? { 'dynamodb:Attributes': attributes } : {},
    )
  const mails = (isAllowed: boolean, caller: Caller, topic = TOPIC) =>
    request(isAllowed, caller, `publish to ${topic}`, 'sns:Publish', topic)
  /** As an alarm does: no identity of IAM, but the account in which it is. */
  const serviceMails = (isAllowed: boolean, service: string, account: string): Case => ({
    claim: `${service} of ${account} ${isAllowed ? 'may' : 'may not'} publish to the topic`,
    isAllowed,
    principal: service,
    policy: { Version: '2012-10-17', Statement: [] },
    action: 'sns:Publish',
    resource: TOPIC,
    resourcePolicy: topicPolicy(template),
    context: { 'aws:SourceAccount': account, 'aws:PrincipalIsAWSService': 'true' },
  })

  /** Over TLS, as a role or a person does. */
  const sends = (isAllowed: boolean, caller: Caller, queue: string, context = {}): Case => ({
    ...request(isAllowed, caller, `write to ${queue}`, 'sqs:SendMessage', `arn:aws:sqs:ap-east-1:${ACCOUNT}:${queue}`, {
      'aws:SecureTransport': 'true',
      'aws:PrincipalIsAWSService': 'false',
      ...context,
    }),
    resourcePolicy: queuePolicy(template, queue),
  })
  /** As a rule does: no identity of IAM, but the rule's name. */
  const ruleSends = (isAllowed: boolean, rule: string, queue: string): Case => ({
    claim: `the rule ${rule} ${isAllowed ? 'may' : 'may not'} write to ${queue}`,
    isAllowed,
    principal: 'events.amazonaws.com',
    policy: { Version: '2012-10-17', Statement: [] },
    action: 'sqs:SendMessage',
    resource: `arn:aws:sqs:ap-east-1:${ACCOUNT}:${queue}`,
    resourcePolicy: queuePolicy(template, queue),
    context: {
      'aws:SourceArn': `arn:aws:events:ap-east-1:${ACCOUNT}:rule/${rule}`,
      'aws:SourceAccount': ACCOUNT,
      'aws:SecureTransport': 'true',
      'aws:PrincipalIsAWSService': 'true',
    },
  })
  const assumes = (isAllowed: boolean, account: string, externalId: string | undefined): Case => ({
    claim: `account ${account} ${isAllowed ? 'may' : 'may not'} act as the other till with external id ${externalId}`,
    isAllowed,
    principal: `arn:aws:iam::${account}:role/vendor`,
    policy: everything,
    action: 'sts:AssumeRole',
    resource: role('TillComExampleOther24473df468cbRole'),
    resourcePolicy: trustPolicy(template, 'TillComExampleOther24473df468cbRole'),
    context: externalId === undefined ? {} : { 'sts:ExternalId': externalId },
  })

  return [
    // To a queue of letters, which say that customers paid, or to the robot
    ...[
      'NoticeDeadLetters',
      'OutcomeDeadLetters',
      'StatementDeadLetters',
      'WebhookQueue',
      'WebhookDeadLetters',
    ].flatMap((queue) => [admin, operator, pos].map((caller) => sends(false, caller, queue))),
    sends(true, own('SyncRole'), 'NoticeDeadLetters'),
    sends(true, own('OutcomeRole'), 'OutcomeDeadLetters'),
    sends(true, own('StatementRole'), 'StatementDeadLetters'),
    sends(false, own('SyncRole'), 'NoticeDeadLetters', { 'aws:SecureTransport': 'false' }),
    sends(false, own('OutcomeRole'), 'NoticeDeadLetters'),
    sends(false, own('StatementRole'), 'NoticeDeadLetters'),
    ruleSends(true, 'PaidOfflineRule', 'NoticeDeadLetters'),
    ruleSends(true, 'StatementRule', 'StatementDeadLetters'),
    ruleSends(true, 'WebhookRule', 'WebhookQueue'),
    ruleSends(false, 'a-rule-of-somebody', 'NoticeDeadLetters'),
    ruleSends(false, 'a-rule-of-somebody', 'StatementDeadLetters'),
    ruleSends(false, 'a-rule-of-somebody', 'WebhookQueue'),
    // As another account
    assumes(true, '444455556666', 'payscore-of-example'),
    assumes(false, '444455556666', 'payscore-of-another'),
    assumes(false, '444455556666', undefined),
    assumes(false, '777788889999', 'payscore-of-example'),
    // Over HTTP
    calls(true, pos, 'POST/merchants/1900000109/payafter-orders/A1/sync'),
    calls(true, pos, 'GET/merchants/1900000111/payafter-orders/A1'),
    calls(true, other, 'POST/merchants/1900000110/payafter-orders/A1/sync'),
    calls(false, pos, 'POST/merchants/1900000110/payafter-orders/A1/sync'),
    calls(false, pos, 'GET/merchants/1900000110/payafter-orders/A1'),
    calls(false, pos, 'POST/merchants/19000001090/payafter-orders/A1/sync'),
    calls(false, pos, 'DELETE/merchants/1900000109/payafter-orders/A1'),
    calls(false, other, 'POST/merchants/1900000109/payafter-orders/A1/sync'),
    calls(true, pos, 'POST/merchants/1900000109/payafter-orders/A1/withdraw'),
    calls(false, pos, 'POST/merchants/1900000110/payafter-orders/A1/withdraw'),
    calls(false, pos, 'POST/merchants/1900000109/payafter-orders/A1/close'),
    calls(false, pos, 'POST/merchants/1900000109/payafter-orders/A1/settle'),
    calls(true, operator, 'POST/merchants/1900000109/payafter-orders/A1/settle'),
    // By event
    puts(true, pos, ['com.example.pos']),
    puts(true, other, ['com.example.other']),
    puts(false, pos, ['com.example.other']),
    puts(false, pos, ['com.example.pos', 'com.example.other']),
    puts(false, pos, ['com.example.pos', 'payscore.reconcile']),
    puts(false, pos, ['com.example.pos'], ['Payscore Order Due']),
    puts(false, pos, []),
    puts(false, other, ['com.example.pos']),
    puts(false, stranger, ['com.example.pos']),
    puts(false, admin, ['com.example.pos']),
    puts(false, admin, ['com.example.unlisted', 'com.example.pos']),
    puts(false, admin, ['payscore.ledger'], ['Payscore Order Synced']),
    puts(false, admin, ['payscore.reconcile'], ['Payscore Order Due']),
    puts(false, admin, ['payscore.anything']),
    puts(true, admin, ['com.example.unlisted'], ['anything else']),
    // By direct call
    invokes(false, pos, 'SyncLambdaFunction'),
    invokes(false, pos, 'StatusLambdaFunction'),
    invokes(false, other, 'SyncLambdaFunction'),
    invokes(false, support, 'SyncLambdaFunction'),
    invokes(true, operator, 'SyncLambdaFunction'),
    // What the stream brings, or names of orders.
    invokes(false, operator, 'OutcomeLambdaFunction'),
    invokes(true, operator, 'OutcomeLambdaFunction:announce'),
    invokes(false, support, 'OutcomeLambdaFunction:announce'),
    invokes(false, pos, 'OutcomeLambdaFunction:announce'),
    // By list
    stores(true, lists, 'put', 'statements/1900000109/2026-11-24.csv'),
    stores(true, lists, 'put', 'statements/1900000111/a/b.csv'),
    stores(true, lists, 'get', 'reports/1900000111/2026-11-24.html'),
    stores(false, lists, 'put', 'statements/1900000110/2026-11-24.csv'),
    stores(false, lists, 'put', 'statements/19000001090/2026-11-24.csv'),
    stores(false, lists, 'put', 'reports/1900000109/2026-11-24.html'),
    stores(false, lists, 'get', 'reports/1900000110/2026-11-24.html'),
    stores(false, lists, 'get', 'statements/1900000109/2026-11-24.csv'),
    stores(false, pos, 'put', 'statements/1900000109/2026-11-24.csv'),
    stores(false, support, 'put', 'statements/1900000109/2026-11-24.csv'),
    stores(true, operator, 'put', 'statements/1900000109/2026-11-24.csv'),
    // Our own functions
    puts(true, own('ReconcileRole'), ['payscore.reconcile'], ['Payscore Order Due']),
    puts(true, own('SyncRole'), ['payscore.reconcile'], ['Payscore Order Due']),
    puts(true, own('DecideRole'), ['payscore.reconcile'], ['Payscore Order Due']),
    puts(true, own('OutcomeRole'), ['payscore.ledger'], ['Payscore Order Synced']),
    puts(false, own('OutcomeRole'), ['payscore.reconcile'], ['Payscore Order Due']),
    puts(false, own('SyncRole'), ['payscore.ledger'], ['Payscore Order Synced']),
    puts(false, own('SyncRole'), ['com.example.pos']),
    request(false, own('StatusRole'), 'write the ledger', 'dynamodb:UpdateItem', TABLE),
    request(false, own('ReconcileRole'), 'read a row', 'dynamodb:GetItem', TABLE),
    // The mail of open cases, and who sends it
    mails(true, audit),
    mails(false, audit, `${TOPIC}s`),
    mails(false, audit, `arn:aws:sns:ap-east-1:${ACCOUNT}:another`),
    mails(false, audit, 'arn:aws:sns:ap-east-1:444455556666:AlarmTopic'),
    request(false, audit, 'subscribe to the topic', 'sns:Subscribe', TOPIC),
    ...[...otherFunctions, own('ScheduleRole'), operator, support, pos, other, lists].map((caller) =>
      mails(false, caller),
    ),
    serviceMails(true, 'cloudwatch.amazonaws.com', ACCOUNT),
    serviceMails(false, 'cloudwatch.amazonaws.com', '444455556666'),
    serviceMails(false, 'events.amazonaws.com', ACCOUNT),
    // Its event
    puts(true, audit, ['payscore.audit'], [OPEN_CASES]),
    puts(true, audit, ['payscore.reconcile'], ['Payscore Order Due']),
    puts(false, audit, ['payscore.audit'], ['Payscore Order Due']),
    puts(false, audit, ['payscore.reconcile'], [OPEN_CASES]),
    puts(false, audit, ['payscore.audit', 'payscore.reconcile'], [OPEN_CASES]),
    puts(false, audit, ['payscore.ledger'], ['Payscore Order Synced']),
    puts(false, audit, ['com.example.pos']),
    puts(false, audit, []),
    ...[...otherFunctions, own('ScheduleRole'), admin, operator, pos].map((caller) =>
      puts(false, caller, ['payscore.audit'], [OPEN_CASES]),
    ),
    // Its pages, and the reports of bills
    ...['cases/1900000109/20261124.html', 'cases/1900000109/20261124.csv', 'bills/1900000109/20261124.json'].flatMap(
      (key) => [
        stores(true, audit, 'put', key),
        stores(false, audit, 'get', key),
        stores(false, audit, 'delete', key),
        stores(true, operator, 'get', key),
        stores(true, support, 'get', key),
        stores(false, pos, 'get', key),
        stores(false, lists, 'get', key),
        ...[...otherFunctions, operator, support, pos, lists].map((caller) => stores(false, caller, 'put', key)),
        ...otherFunctions.map((caller) => stores(false, caller, 'get', key)),
      ],
    ),
    ...['statements', 'reports', 'open', 'casesx', 'billsx', 'x/cases'].map((folder) =>
      stores(false, audit, 'put', `${folder}/1900000109/20261124.csv`),
    ),
    stores(false, audit, 'get', 'statements/1900000109/2026-11-24.csv'),
    evidences(true, own('EvidenceRole'), 'PutObject', 'answers/2026/11/24/1030-0a.jsonl.gz'),
    evidences(true, own('EvidenceRole'), 'PutObject', 'customers/2026/11/24/1030-0a.txt'),
    ...['keys/PUB_KEY_ID_1.pem', 'bills/2026/11/24/1.json', 'erasures/1.json', 'other'].map((key) =>
      evidences(false, own('EvidenceRole'), 'PutObject', key),
    ),
    ...['GetObject', 'DeleteObject', 'DeleteObjectVersion', 'BypassGovernanceRetention', 'PutObjectRetention'].map(
      (action) => evidences(false, own('EvidenceRole'), action, 'answers/2026/11/24/1030-0a.jsonl.gz'),
    ),
    writesRow(true, own('EvidenceRole'), ['pk', 'answer', 'evidence']),
    writesRow(false, own('EvidenceRole'), ['pk', 'answer', 'state']),
    writesRow(false, own('EvidenceRole'), ['pk', 'due_at']),
    writesRow(false, own('EvidenceRole'), []),
    evidences(true, own('CertificatesRole'), 'PutObject', 'keys/PUB_KEY_ID_1.pem'),
    evidences(false, own('CertificatesRole'), 'PutObject', 'answers/2026/11/24/1030-0a.jsonl.gz'),
    evidences(true, audit, 'PutObject', 'bills/2026/11/24/1.json'),
    evidences(false, audit, 'PutObject', 'answers/2026/11/24/1030-0a.jsonl.gz'),
    ...[own('SyncRole'), own('QueryRole'), own('OutcomeRole'), own('StatementRole')].flatMap((caller) => [
      evidences(false, caller, 'PutObject', 'answers/2026/11/24/1030-0a.jsonl.gz'),
      evidences(false, caller, 'GetObject', 'answers/2026/11/24/1030-0a.jsonl.gz'),
    ]),
    ...['answers/2026/11/24/1030-0a.jsonl.gz', 'customers/2026/11/24/1030-0a.txt'].flatMap((key) => [
      ...['GetObject', 'GetObjectVersion'].map((action) => evidences(true, receipts, action, key)),
      ...['PutObject', 'DeleteObject', 'DeleteObjectVersion', 'BypassGovernanceRetention', 'PutObjectRetention'].map(
        (action) => evidences(false, receipts, action, key),
      ),
      ...[
        'GetObjectVersion',
        'GetObjectRetention',
        'PutObject',
        'DeleteObjectVersion',
        'BypassGovernanceRetention',
      ].map((action) => evidences(true, eraser, action, key)),
      ...['DeleteObject', 'PutObjectRetention', 'PutObjectLegalHold', 'PutObjectAcl'].map((action) =>
        evidences(false, eraser, action, key),
      ),
    ]),
    ...['keys/PUB_KEY_ID_1.pem', 'bills/2026/11/24/1.json', 'other'].flatMap((key) =>
      ['PutObject', 'DeleteObjectVersion', 'BypassGovernanceRetention'].map((action) =>
        evidences(false, eraser, action, key),
      ),
    ),
    evidences(true, eraser, 'PutObject', 'erasures/1.json'),
    evidences(false, eraser, 'DeleteObjectVersion', 'erasures/1.json'),
    ...[receipts, eraser].map((caller) => request(true, caller, 'list versions', 's3:ListBucketVersions', EVIDENCE)),
    ...[
      'PutBucketObjectLockConfiguration',
      'PutLifecycleConfiguration',
      'PutBucketVersioning',
      'PutReplicationConfiguration',
    ].flatMap((action) => [receipts, eraser].map((caller) => request(false, caller, action, `s3:${action}`, EVIDENCE))),
    writesRow(true, eraser, ['pk', 'due', 'answer', 'cashier_id']),
    writesRow(false, eraser, ['pk', 'due', 'answer', 'state']),
    writesRow(false, eraser, []),
    writesRow(false, receipts, ['pk', 'answer']),
    request(false, eraser, 'remove a row', 'dynamodb:DeleteItem', TABLE),
    request(false, eraser, 'read a merchant’s key', 'secretsmanager:GetSecretValue', SECRET),
    request(false, receipts, 'read a merchant’s key', 'secretsmanager:GetSecretValue', SECRET),
    request(false, audit, 'list the bucket', 's3:ListBucket', 'arn:aws:s3:::Statements'),
    // What it reads and asks for
    request(true, audit, 'read the index of cases', 'dynamodb:Query', `${TABLE}/index/case`),
    request(true, audit, 'read rows', 'dynamodb:BatchGetItem', TABLE),
    request(true, audit, 'write the ledger', 'dynamodb:UpdateItem', TABLE),
    request(true, audit, 'read a merchant’s key', 'secretsmanager:GetSecretValue', SECRET),
    request(false, audit, 'read the index of days', 'dynamodb:Query', `${TABLE}/index/day`),
    request(false, audit, 'read the index of what is due', 'dynamodb:Query', `${TABLE}/index/due`),
    request(false, audit, 'read the whole ledger', 'dynamodb:Scan', TABLE),
    request(false, audit, 'remove a row', 'dynamodb:DeleteItem', TABLE),
    request(false, audit, 'change a merchant’s key', 'secretsmanager:PutSecretValue', SECRET),
    ...otherFunctions.map((caller) =>
      request(false, caller, 'read the index of cases', 'dynamodb:Query', `${TABLE}/index/case`),
    ),
    invokes(true, own('ScheduleRole'), 'AuditLambdaFunction'),
    invokes(false, own('ScheduleRole'), 'SyncLambdaFunction'),
    invokes(true, operator, 'AuditLambdaFunction'),
    ...[...otherFunctions, audit, support, pos].map((caller) => invokes(false, caller, 'AuditLambdaFunction')),
    sends(false, audit, 'NoticeDeadLetters'),
    sends(false, audit, 'WebhookQueue'),
    // The ledger and the keys
    request(false, pos, 'read the ledger', 'dynamodb:GetItem', TABLE),
    request(false, pos, 'write the ledger', 'dynamodb:UpdateItem', TABLE),
    request(false, operator, 'write the ledger past the API', 'dynamodb:UpdateItem', TABLE),
    request(false, support, 'read a row with its personal data', 'dynamodb:GetItem', TABLE),
    request(true, support, 'read the index of days', 'dynamodb:Query', `${TABLE}/index/day`),
    calls(true, support, 'GET/merchants/1900000109/payafter-orders/A1'),
    calls(false, support, 'POST/merchants/1900000109/payafter-orders/A1/sync'),
    calls(false, support, 'POST/merchants/1900000109/payafter-orders/A1/close'),
    ...[pos, operator, support, own('ReconcileRole'), own('OutcomeRole'), own('DecideRole')].map((caller) =>
      request(false, caller, 'read a merchant’s key', 'secretsmanager:GetSecretValue', SECRET),
    ),
    request(true, own('SyncRole'), 'read a merchant’s key', 'secretsmanager:GetSecretValue', SECRET),
  ]
}

/** Two sources of which one is named like a policy of the other: S serves 100, S.statement serves 101. */
export const ALIKE = {
  merchants: {
    '100': { sources: ['S'], services: { s: 'w' } },
    '101': { sources: ['S.statement'], services: { s: 'w' } },
  },
  tills: { S: { principals: ['role/s'], accounts: [] }, 'S.statement': { principals: ['role/other'], accounts: [] } },
}

/** Who uploads the lists of S is no till of S.statement, and the other way round. */
export const alikeCases = (template: Template): readonly Case[] => {
  const asked = (isAllowed: boolean, policy: string, action: string, resource: string): Case => ({
    claim: `the holder of ${policy} ${isAllowed ? 'may' : 'may not'} ${action} ${resource}`,
    isAllowed,
    principal: `arn:aws:iam::${ACCOUNT}:role/office`,
    policy: managedPolicy(template, policy),
    action,
    resource,
    context: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/office` },
  })
  const [lists, notices] = ['TillS8de0b3c47f11StatementPolicy', 'TillSStatement9b18ac5d6240Policy']
  const list = (mchid: number) => `arn:aws:s3:::Statements/statements/${mchid}/a.csv`
  const sync = (mchid: number) => `${API}/POST/merchants/${mchid}/payafter-orders/A1/sync`
  return [
    asked(true, lists, 's3:PutObject', list(100)),
    asked(false, lists, 's3:PutObject', list(101)),
    asked(false, lists, 'execute-api:Invoke', sync(100)),
    asked(false, lists, 'execute-api:Invoke', sync(101)),
    asked(true, notices, 'execute-api:Invoke', sync(101)),
    asked(false, notices, 'execute-api:Invoke', sync(100)),
    asked(false, notices, 's3:PutObject', list(101)),
  ]
}
