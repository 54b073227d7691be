import { describe, expect, it } from 'vitest'
import { updateItem } from '../../lib/aws/ledger.ts'
import { afterQuery, afterSync } from '../../lib/ledger/transitions/answer.ts'
import { claim, conflict, create, reopen } from '../../lib/ledger/transitions/notice.ts'
import { close, expedite, withDecision } from '../../lib/ledger/transitions/operator.ts'
import { CLAIMED, MINUTE, NOW, ORDER, PK } from '../support/orders.ts'
import { VERDICTS } from '../support/verdicts.ts'

const MOMENT = { now: NOW, random: 0.5 }

describe('a transition in the words of DynamoDB', () => {
  it('2 claim sets, adds, and compares strings and numbers', () => {
    expect(updateItem(claim(PK, 'sync', NOW))).toStrictEqual({
      Key: { pk: { S: '1900000109#1234323JKHDFE1243252' } },
      UpdateExpression: 'SET #next = :v0, #leased_until = :v1 ADD #attempt :v2',
      ConditionExpression:
        '(attribute_exists(#due) AND #due_at <= :v3 AND ' +
        '(attribute_not_exists(#leased_until) OR #leased_until <= :v4) AND #next = :v5)',
      ExpressionAttributeNames: {
        '#next': 'next',
        '#leased_until': 'leased_until',
        '#attempt': 'attempt',
        '#due': 'due',
        '#due_at': 'due_at',
      },
      ExpressionAttributeValues: {
        ':v0': { S: 'query' },
        ':v1': { N: '1795487430000' },
        ':v2': { N: '1' },
        ':v3': { N: '1795487400000' },
        ':v4': { N: '1795487400000' },
        ':v5': { S: 'sync' },
      },
    })
  })

  it('1 create asks for nothing but that there is no row', () => {
    const { UpdateExpression, ConditionExpression, ExpressionAttributeValues } = updateItem(create(ORDER, NOW))

    expect(UpdateExpression).toBe(
      'SET #state = :v0, #due = :v1, #call = :v2, #call_hash = :v3, #day = :v4, #created_at = :v5, #v = :v6, ' +
        '#noticed_at = :v7, #attempt = :v8, #next = :v9, #leased_until = :v10, #due_at = :v11',
    )
    expect(ConditionExpression).toBe('attribute_not_exists(#pk)')
    expect(ExpressionAttributeValues?.[':v2']).toStrictEqual({
      M: {
        order_api: { S: 'serviceorder' },
        mchid: { S: '1900000109' },
        appid: { S: 'wxd678efh567hg6787' },
        service_id: { S: '500001' },
        out_order_no: { S: '1234323JKHDFE1243252' },
        paid_time: { S: '20261124102900' },
      },
    })
  })

  it('3 reopen nests conditions in conditions', () => {
    const { ConditionExpression, ExpressionAttributeValues } = updateItem(
      reopen({ ...ORDER, call_hash: 'other' }, { ...CLAIMED, state: 'HELD' }, NOW),
    )

    expect(ConditionExpression).toBe(
      '(#call_hash <> :v12 AND ' +
        '#attempt = :v13 AND #state = :v14 AND attribute_not_exists(#transaction_id) AND ' +
        '(attribute_not_exists(#leased_until) OR #leased_until <= :v15) AND ' +
        '(attribute_not_exists(#noticed_at) OR #noticed_at < :v16))',
    )
    expect(ExpressionAttributeValues).toMatchObject({
      ':v12': { S: 'other' },
      ':v13': { N: '3' },
      ':v14': { S: 'HELD' },
      ':v15': { N: '1795487400000' },
      ':v16': { N: '1795487399000' },
    })
  })

  it('4 accepted removes as well', () => {
    const { UpdateExpression, ConditionExpression } = updateItem(afterSync(CLAIMED, VERDICTS.accepted, MOMENT))

    expect(UpdateExpression).toBe(
      'SET #state = :v0, #taken_at = :v1, #order_id = :v2, #next = :v3, #due = :v4, #due_at = :v5, #answer = :v6 ' +
        'ADD #attempt :v7 REMOVE #reason, #expires_at, #absent_since, #refused, #waits',
    )
    expect(ConditionExpression).toBe(
      '(attribute_exists(#pk) AND #state <> :v8 AND #state <> :v9 AND ' +
        '(attribute_not_exists(#transaction_id) OR attribute_exists(#settled_at)))',
    )
  })

  it('12 ask again keeps what is there', () => {
    const late = { ...CLAIMED, created_at: NOW - 16 * MINUTE }

    const { UpdateExpression, ConditionExpression } = updateItem(afterQuery(late, VERDICTS.absent, MOMENT))

    expect(UpdateExpression).toBe(
      'SET #due_at = :v0, #last_error = :v1, #waits = :v2, #late_at = if_not_exists(#late_at, :v3), ' +
        '#absent_since = if_not_exists(#absent_since, :v4) REMOVE #leased_until',
    )
    expect(ConditionExpression).toBe('(#attempt = :v5 AND #next = :v6)')
  })

  it('15 close compares with the end of a lease', () => {
    const { ConditionExpression, ExpressionAttributeValues } = updateItem(close(CLAIMED, 'refunded in cash', NOW))

    expect(ConditionExpression).toBe(
      '(#attempt = :v3 AND (#state = :v4 OR #state = :v5) AND (attribute_not_exists(#leased_until) OR #leased_until <= :v6) AND attribute_not_exists(#bill_at) AND attribute_not_exists(#transaction_id))',
    )
    expect(ExpressionAttributeValues).toMatchObject({
      ':v3': { N: '3' },
      ':v4': { S: 'PENDING' },
      ':v5': { S: 'HELD' },
      ':v6': { N: '1795487400000' },
    })
  })

  it('what a person decided is written with how many there were before, which must still be so', () => {
    const decision = { what: 'expedite', by: 'arn:aws:iam::123456789012:user/li', at: NOW, why: 'customer is here' }
    const row = { ...CLAIMED, decisions: [{ ...decision, why: 'first' }], decided: 7 }

    const { UpdateExpression, ConditionExpression, ExpressionAttributeValues } = updateItem(
      withDecision(expedite(row, NOW), row, decision),
    )

    expect(UpdateExpression).toBe('SET #due_at = :v0, #decisions = :v1, #decided = :v2')
    expect(ConditionExpression).toMatch(/ AND #decided = :v5\)$/)
    expect(ExpressionAttributeValues).toMatchObject({ ':v1': { L: [{}, {}] }, ':v2': { N: '8' }, ':v5': { N: '7' } })
  })

  it('a conflict only adds', () => {
    const { UpdateExpression, ConditionExpression } = updateItem(conflict(ORDER))

    expect(UpdateExpression).toBe('ADD #conflicts :v0')
    expect(ConditionExpression).toBe('(attribute_exists(#pk) AND #call_hash <> :v1)')
  })

  it('names no values where there are none', () => {
    const item = updateItem({ name: 'forget', pk: PK, when: { op: 'exists', name: 'pk' }, remove: ['reason'] })

    expect(item).toStrictEqual({
      Key: { pk: { S: '1900000109#1234323JKHDFE1243252' } },
      UpdateExpression: 'REMOVE #reason',
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#reason': 'reason', '#pk': 'pk' },
    })
  })
})
