import { readFileSync } from 'node:fs'
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, it } from 'vitest'
import { adviceOf } from '../../lib/ledger/advice.ts'
import { startLedger } from '../support/ledger-table.ts'
import { CLAIMED } from '../support/orders.ts'
import { WORD } from '../support/verdicts.ts'

const SECURITY = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8')

const COMMAND =
  /update-item .*\n +--condition-expression '(.*)' --update-expression '(.*)' \\\n +--expression-attribute-values '(.*)'/g

/** The commands that SECURITY.md gives, one in each language. */
const commands = [...SECURITY.matchAll(COMMAND)].map(([, condition = '', update = '', values = '']) => ({
  ConditionExpression: condition,
  UpdateExpression: update,
  ExpressionAttributeValues: JSON.parse(values),
}))

it('what WeChat Pay said of a customer is erased as SECURITY.md says, and the order stands as it stood', async () => {
  const { client, table, ledger, put, close } = await startLedger()
  const { due: _, due_at: __, next: ___, ...ended } = CLAIMED
  const row = { ...ended, state: 'SYNCED', receipt: WORD, proof: WORD, refund_answers: { 'RF-1': WORD } } as const
  const [command, chinese] = commands
  if (!command) throw new Error('SECURITY.md has no such command')

  await put(row)
  await client.send(new UpdateItemCommand({ TableName: table, Key: { pk: { S: row.pk } }, ...command }))
  const after = await ledger.read(row.pk)
  await put(CLAIMED)
  const pending = client.send(new UpdateItemCommand({ TableName: table, Key: { pk: { S: row.pk } }, ...command }))

  await expect(pending).rejects.toThrow('The conditional request failed')
  expect(JSON.stringify(after)).not.toContain('openid')
  const { refund_answers: gone, ...left } = row
  expect(after).toEqual({ ...left, receipt: { ...WORD, body: '' }, proof: { ...WORD, body: '' } })
  expect(after && adviceOf(after)).toEqual(adviceOf(row))
  expect(chinese).toEqual(command)
  await close()
})
