import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { unavailableOf } from '../errors.ts'
import type { Row } from '../ledger/row.ts'

type Held = Pick<Row, 'pk' | 'answer' | 'receipt' | 'proof' | 'refund_answers'>

export type EvidenceMarks = {
  /**
   * Takes the signed answers out of a row and leaves where they are kept. False if the row has another answer by now, or
   * is gone. Throws UnavailableError when DynamoDB fails.
   */
  readonly kept: (held: Held, places: readonly string[]) => Promise<boolean>
}

/**
 * Changes nothing by which an order goes on, so that no transition is made in vain by it: see also EvidenceRole, which
 * may write no other attribute.
 */
export const createEvidenceMarks = (client: DynamoDBClient, TableName: string): EvidenceMarks => ({
  kept: async (held, places) => {
    const { answer, receipt, proof, refund_answers } = held
    const old = [
      receipt && { name: 'receipt', fact: 'taken_at', answer: receipt },
      proof && { name: 'proof', fact: 'proved_at', answer: proof },
    ].filter((each) => each !== undefined)
    const sets = old.map(({ name, fact }) => `#${fact} = if_not_exists(#${fact}, :${name}_at)`)
    const gone = [
      ...(answer ? ['answer'] : []),
      ...old.map(({ name }) => name),
      ...(refund_answers ? ['refund_answers'] : []),
    ]
    const conditions = [
      ...(answer ? ['#answer = :answer'] : []),
      ...old.map(({ name }) => `#${name}.#nonce = :${name}_nonce`),
      ...(refund_answers ? ['size(#refund_answers) = :refund_answers'] : []),
    ]
    const names = [...gone, 'evidence', ...old.map(({ fact }) => fact), ...(old.length > 0 ? ['nonce'] : [])]
    const command = new UpdateItemCommand({
      TableName,
      Key: { pk: { S: held.pk } },
      UpdateExpression: [
        ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
        `REMOVE ${gone.map((name) => `#${name}`).join(', ')}`,
        'ADD #evidence :places',
      ].join(' '),
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ':places': { SS: [...places] },
        ...(answer && { ':answer': { B: answer } }),
        ...(refund_answers && { ':refund_answers': { N: String(Object.keys(refund_answers).length) } }),
        ...Object.fromEntries(
          old.flatMap(({ name, answer: { sent_at, nonce } }) => [
            [`:${name}_at`, { N: String(sent_at) }],
            [`:${name}_nonce`, { S: nonce }],
          ]),
        ),
      },
    })
    try {
      await client.send(command)
      return true
    } catch (error) {
      return error instanceof ConditionalCheckFailedException ? false : unavailable(error)
    }
  },
})

const unavailable = unavailableOf('the ledger')
