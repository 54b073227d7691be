import { describe, expect, it } from 'vitest'
import { syncReply } from '../../lib/order/reply.ts'
import type { VerdictKind } from '../../lib/order/verdict.ts'
import { CALLS } from './answers.ts'

const reply = (kind: VerdictKind, verified: boolean) => syncReply(CALLS['payafter-orders'], { kind, verified })

describe('syncReply', () => {
  it.each([
    ['accepted', true, 200],
    ['confirmed', true, 200],
    ['collected', true, 409],
    ['invalid', true, 422],
    ['invalid', false, 503],
    ['unknown', false, 503],
    ['state', true, 503],
    ['config', true, 503],
  ] as const)('answers %s, signed %s, with %i', (kind, verified, status) => {
    expect(reply(kind, verified).status).toBe(status)
  })

  it('names the order that was synced, and whether that is proved', () => {
    const { body } = syncReply(CALLS['payafter-orders'], {
      kind: 'confirmed',
      verified: true,
      order_id: '15646546545165651651',
    })

    expect(body).toEqual({
      appid: 'wxd678efh567hg6787',
      mchid: '1230000109',
      out_order_no: '1234323JKHDFE1243252',
      order_id: '15646546545165651651',
      state: 'SYNCED',
      confirmed: true,
    })
  })

  it('says what to do next about a refusal that is known', () => {
    const { body } = syncReply(CALLS['payafter-orders'], {
      kind: 'throttled',
      verified: false,
      code: 'FREQUENCY_LIMITED',
      request_id: 'ABC-268435472',
      refusal: 'too-often',
    })

    expect(body).toMatchObject({
      code: 'FREQUENCY_LIMITED',
      request_id: 'ABC-268435472',
      next_step: 'Nothing. It is sent again later.',
      next_step_zh: '无需处理,稍后自动重试。',
    })
  })
})
