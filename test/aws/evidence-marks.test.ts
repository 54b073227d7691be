import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEvidenceMarks } from '../../lib/aws/evidence-marks.ts'
import { UnavailableError } from '../../lib/errors.ts'
import type { Row } from '../../lib/ledger/row.ts'
import { type OpenLedger, startLedger } from '../support/ledger-table.ts'
import { CLAIMED } from '../support/orders.ts'
import { WORD } from '../support/verdicts.ts'

let table: OpenLedger
beforeAll(async () => {
  table = await startLedger()
})
afterAll(() => table.close())

const PLACE = '2026/11/24/1029-cbd163210c02db2d'
const FIRST = Uint8Array.of(1, 2, 3)
const SECOND = Uint8Array.of(4, 5, 6)

let orders = 0
const put = async (more: Partial<Row>): Promise<Row> => {
  orders += 1
  return table.put({ ...CLAIMED, pk: `1900000109#${orders}`, ...more })
}
const stored = async (pk: string) => {
  const { Item } = await table.client.send(new GetItemCommand({ TableName: table.table, Key: { pk: { S: pk } } }))
  return Item && unmarshall(Item)
}
const marks = () => createEvidenceMarks(table.client, table.table)

describe('an answer that was kept as evidence', () => {
  it('leaves the row, which says where it is, and nothing else changes', async () => {
    const row = await put({ answer: FIRST, evidence: new Set(['2026/11/24/1000-0000000000000000']) })

    expect(await marks().kept(row, [PLACE])).toBe(true)

    const { answer: _, ...others } = row
    expect(await stored(row.pk)).toEqual({
      ...others,
      evidence: new Set(['2026/11/24/1000-0000000000000000', PLACE]),
    })
  })

  it('leaves a row alone that has a newer answer by now', async () => {
    const row = await put({ answer: SECOND })

    expect(await marks().kept({ pk: row.pk, answer: FIRST }, [PLACE])).toBe(false)

    expect(await stored(row.pk)).toEqual(row)
  })

  it('brings back no row that is gone', async () => {
    expect(await marks().kept({ pk: '1900000109#GONE', answer: FIRST }, [PLACE])).toBe(false)

    expect(await stored('1900000109#GONE')).toBeUndefined()
  })

  it('leaves a row of an earlier version with the facts that are read of it', async () => {
    const proof = { ...WORD, nonce: 'of the proof', sent_at: 1_795_488_000_000 }
    const row = await put({ receipt: WORD, proof, refund_answers: { 'RF-1': WORD } })

    expect(await marks().kept(row, [PLACE])).toBe(true)

    const { receipt: _, proof: __, refund_answers: ___, ...others } = row
    expect(await stored(row.pk)).toEqual({
      ...others,
      taken_at: 1_795_487_398_000,
      proved_at: 1_795_488_000_000,
      evidence: new Set([PLACE]),
    })
  })

  it.each([
    ['another proof', { proof: { ...WORD, nonce: 'newer' } }],
    ['one more refund', { proof: WORD, refund_answers: { 'RF-1': WORD, 'RF-2': WORD } }],
  ])('leaves a row of an earlier version alone that has %s by now', async (_, more) => {
    const row = await put(more)

    expect(await marks().kept({ pk: row.pk, proof: WORD, refund_answers: { 'RF-1': WORD } }, [PLACE])).toBe(false)

    expect(await stored(row.pk)).toEqual(row)
  })

  it('is an error without a word of the answer when DynamoDB fails', async () => {
    const client = { send: () => Promise.reject(new Error('oUpF8uMuAJO_M2pxb1Q9zNjWeS6o')) }

    const marked = createEvidenceMarks(client as unknown as DynamoDBClient, 'ledger').kept(
      { pk: '1900000109#1', answer: FIRST },
      [PLACE],
    )

    await expect(marked).rejects.toThrow(new UnavailableError('the ledger says Error'))
  })
})
