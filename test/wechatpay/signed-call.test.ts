import { describe, expect, test } from 'vitest'
import type { Request } from '../../lib/wechatpay/order-api.ts'
import type { Sent } from '../../lib/wechatpay/send.ts'
import { randomNonce, type Signer, sendSigned } from '../../lib/wechatpay/signed-call.ts'
import { fakeSend } from '../support/fake-wechatpay.ts'
import { signedByOpenssl } from '../support/openssl.ts'
import {
  MERCHANT_SERIAL,
  merchant,
  PLATFORM_SERIAL,
  type Recorded,
  recordedAnswers,
  wechatpayKeys,
} from './recorded-answers.ts'
import { withLines, withValue } from './tampering/tools.ts'

const signer: Signer = {
  mchid: '1900000109',
  serial_no: MERCHANT_SERIAL,
  privateKey: merchant.privateKey,
  wechatpayKeys,
}

const sync: Request = {
  method: 'POST',
  target: '/v3/payscore/payafter-orders/1234323JKHDFE%7C*/sync',
  body: '{"appid":"wx0a1b2c3d4e5f6789","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
}

const query: Request = {
  method: 'GET',
  target: '/v3/payscore/payafter-orders?service_id=500001&out_order_no=1234323JKHDFE%7C*&appid=wx0a1b2c3d4e5f6789',
  body: '',
}

/** Sends nothing, keeps what it was given and gives `says` back; 987 ms into a second, and a quarter of one later. */
const recorder = (says: Sent) => {
  const { send, sent: requests } = fakeSend(says)
  const times = [1795487400_987, 1795487401_237]
  return {
    requests,
    deps: {
      send,
      now: () => times.shift() ?? Number.NaN,
      nonce: () => '593BEC0C930BF1AFEB40B5A08C8FB242',
    },
  }
}

const lost: Sent = { kind: 'lost', reason: 'ECONNRESET' }

describe('what is sent', () => {
  test('of a sync is the request, signed over its five lines, with five headers', async () => {
    const { requests, deps } = recorder(lost)

    await sendSigned(sync, signer, deps)

    const [signature] = await signedByOpenssl(
      [
        'POST\n/v3/payscore/payafter-orders/1234323JKHDFE%7C*/sync\n1795487400\n593BEC0C930BF1AFEB40B5A08C8FB242\n{"appid":"wx0a1b2c3d4e5f6789","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}\n',
      ],
      merchant.privateKey,
    )
    expect(requests).toStrictEqual([
      {
        method: 'POST',
        target: '/v3/payscore/payafter-orders/1234323JKHDFE%7C*/sync',
        body: '{"appid":"wx0a1b2c3d4e5f6789","service_id":"500001","type":"Order_Paid","detail":{"paid_time":"20261124103000"}}',
        headers: {
          Authorization: `WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="593BEC0C930BF1AFEB40B5A08C8FB242",signature="${signature}",timestamp="1795487400",serial_no="0DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"`,
          Accept: 'application/json',
          'Content-Type': 'application/json',
          'User-Agent': 'payscore-sync',
          'Wechatpay-Serial': 'PUB_KEY_ID_0119000001092026112400000000000001',
        },
      },
    ])
  })

  test('of a query is signed with an empty last line', async () => {
    const { requests, deps } = recorder(lost)

    await sendSigned(query, signer, deps)

    const [signature] = await signedByOpenssl(
      [
        'GET\n/v3/payscore/payafter-orders?service_id=500001&out_order_no=1234323JKHDFE%7C*&appid=wx0a1b2c3d4e5f6789\n1795487400\n593BEC0C930BF1AFEB40B5A08C8FB242\n\n',
      ],
      merchant.privateKey,
    )
    expect(requests).toStrictEqual([
      {
        method: 'GET',
        target:
          '/v3/payscore/payafter-orders?service_id=500001&out_order_no=1234323JKHDFE%7C*&appid=wx0a1b2c3d4e5f6789',
        body: '',
        headers: {
          Authorization: `WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="593BEC0C930BF1AFEB40B5A08C8FB242",signature="${signature}",timestamp="1795487400",serial_no="0DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"`,
          Accept: 'application/json',
          'Content-Type': 'application/json',
          'User-Agent': 'payscore-sync',
          'Wechatpay-Serial': 'PUB_KEY_ID_0119000001092026112400000000000001',
        },
      },
    ])
  })

  test('asks for the first of WeChat Pay’s keys', async () => {
    const { requests, deps } = recorder(lost)
    const wechatpayKeysTurned = new Map([...wechatpayKeys].reverse())

    await sendSigned(sync, { ...signer, wechatpayKeys: wechatpayKeysTurned }, deps)

    expect(requests[0]?.headers['Wechatpay-Serial']).toBe(PLATFORM_SERIAL)
  })

  test('goes out once, whatever comes of it', async () => {
    const { requests, deps } = recorder({ kind: 'unsent', reason: 'ECONNREFUSED' })

    await sendSigned(sync, signer, deps)

    expect(requests).toHaveLength(1)
  })

  test('asks for no key in particular when the signer knows none', async () => {
    const { requests, deps } = recorder(lost)

    await sendSigned(query, { ...signer, wechatpayKeys: new Map() }, deps)

    expect(requests[0]?.headers['Wechatpay-Serial']).toBe('')
  })
})

describe('what comes of it', () => {
  const [fourFields, , refusal, noContent] = recordedAnswers
  const outcomeOf = (sent: Sent, by: Signer = signer) => sendSigned(sync, by, recorder(sent).deps)
  const answered = (answer: Recorded['answer']) => outcomeOf({ kind: 'answered', answer })

  test('is an answer that WeChat Pay signed, with its request id and when we sent', async () => {
    const outcome = await answered(fourFields.answer)

    expect(outcome).toStrictEqual({
      kind: 'answered',
      sent_at: 1795487400_987,
      status: 200,
      body: Buffer.from(
        '{"appid": "wx0a1b2c3d4e5f6789", "mchid": "1900000109", "order_id": "15646546545165651651", "out_order_no": "1234323JKHDFE1243252"}',
      ),
      request_id: '08F0E6C7B40610FF0218EBC3C0D80620F9F50428E4C604-0',
      verified: true,
      signed: {
        serial: 'PUB_KEY_ID_0119000001092026112400000000000001',
        timestamp: '1795487400',
        nonce: 'c5ac7061fccab6bf3e254dcf98995b8c',
        signature: expect.stringMatching(/^[0-9A-Za-z+/]{342}==$/),
      },
    })
  })

  test('is a signed refusal, verified like any other answer', async () => {
    const outcome = await answered(refusal.answer)

    expect(outcome).toMatchObject({ status: 400, verified: true, signed: { serial: PLATFORM_SERIAL } })
  })

  test('is a signed 204', async () => {
    const outcome = await answered(noContent.answer)

    expect(outcome).toMatchObject({ status: 204, body: Buffer.alloc(0), verified: true })
  })

  test.each([
    ['header', withLines(fourFields.answer, 'Wechatpay-Signature', () => [])],
    ['timestamp', withValue(fourFields.answer, 'Wechatpay-Timestamp', '1795487400000')],
    ['stale', withValue(fourFields.answer, 'Wechatpay-Timestamp', '1795487101')],
    ['serial', withValue(fourFields.answer, 'Wechatpay-Serial', MERCHANT_SERIAL)],
    ['signature', { ...fourFields.answer, body: Buffer.from('{"order_id": "1"}') }],
  ])('is not WeChat Pay’s word for reason of %s, and keeps its status, body and request id', async (reason, answer) => {
    const outcome = await answered(answer)

    expect(outcome).toStrictEqual({
      kind: 'answered',
      sent_at: 1795487400_987,
      status: 200,
      body: answer.body,
      request_id: '08F0E6C7B40610FF0218EBC3C0D80620F9F50428E4C604-0',
      verified: false,
      reason,
    })
  })

  test('has no request id when the answer has none', async () => {
    const outcome = await answered(withLines(fourFields.answer, 'Request-Id', () => []))

    expect(outcome).not.toHaveProperty('request_id')
    expect(outcome).toHaveProperty('verified', true)
  })

  test('is judged by the clock of the moment the answer came', async () => {
    const times = [1795487400_000, 1795487700_001]
    const { deps } = recorder({ kind: 'answered', answer: fourFields.answer })

    const outcome = await sendSigned(sync, signer, { ...deps, now: () => times.shift() ?? Number.NaN })

    expect(outcome).toMatchObject({ sent_at: 1795487400_000, verified: false, reason: 'stale' })
  })

  test('is nobody’s word for a signer who knows no key of WeChat Pay', async () => {
    const outcome = await outcomeOf(
      { kind: 'answered', answer: fourFields.answer },
      { ...signer, wechatpayKeys: new Map() },
    )

    expect(outcome).toMatchObject({ verified: false, reason: 'serial' })
  })

  test('is lost or unsent with the code of the failure and when we sent', async () => {
    const outcomes = [
      await outcomeOf({ kind: 'lost', reason: 'ABORT_ERR' }),
      await outcomeOf({ kind: 'unsent', reason: 'ENOTFOUND' }),
    ]

    expect(outcomes).toStrictEqual([
      { kind: 'lost', reason: 'ABORT_ERR', sent_at: 1795487400_987 },
      { kind: 'unsent', reason: 'ENOTFOUND', sent_at: 1795487400_987 },
    ])
  })
})

test('makes a nonce of 32 characters that does not come back', () => {
  const nonces = Array.from({ length: 1000 }, randomNonce)

  expect(nonces.filter((nonce) => !/^[0-9A-F]{32}$/.test(nonce))).toEqual([])
  expect(new Set(nonces).size).toBe(1000)
})
