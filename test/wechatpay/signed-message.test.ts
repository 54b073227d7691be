import { expect, test } from 'vitest'
import { stringToSign, stringToVerify } from '../../lib/wechatpay/signed-message.ts'

const parts = { timestamp: '1795487400', nonce: '593BEC0C930BF1AFEB40B5A08C8FB242' }

test('writes a request to be signed as five lines, the last one ended too', () => {
  const body = '{"appid":"wx0a1b2c3d4e5f6789","type":"Order_Paid"}'

  const message = stringToSign({ method: 'POST', target: '/v3/payscore/serviceorder/ORDER1/sync', ...parts, body })

  expect(message).toBe(
    'POST\n/v3/payscore/serviceorder/ORDER1/sync\n1795487400\n593BEC0C930BF1AFEB40B5A08C8FB242\n{"appid":"wx0a1b2c3d4e5f6789","type":"Order_Paid"}\n',
  )
})

test('writes an empty line for the body of a GET', () => {
  const target = '/v3/payscore/serviceorder?service_id=500001&out_order_no=ORDER1'

  const message = stringToSign({ method: 'GET', target, ...parts, body: '' })

  expect(message).toBe(
    'GET\n/v3/payscore/serviceorder?service_id=500001&out_order_no=ORDER1\n1795487400\n593BEC0C930BF1AFEB40B5A08C8FB242\n\n',
  )
})

test('writes an answer to be verified as three lines around the bytes as they came', () => {
  const body = Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x20, 0xff, 0x0d, 0x0a, 0x7d])

  const message = stringToVerify('1795487400', 'c5ac7061fccab6bf3e254dcf98995b8c', body)

  expect(message).toEqual(
    Buffer.concat([
      Buffer.from('1795487400\nc5ac7061fccab6bf3e254dcf98995b8c\n'),
      Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x20, 0xff, 0x0d, 0x0a, 0x7d, 0x0a]),
    ]),
  )
})

test('writes an empty line for the body of a 204', () => {
  const message = stringToVerify('1795487400', 'c5ac7061fccab6bf3e254dcf98995b8c', Buffer.alloc(0))

  expect(message.toString()).toBe('1795487400\nc5ac7061fccab6bf3e254dcf98995b8c\n\n')
})

test('takes one byte for each character of a header, as HTTP carried it', () => {
  const message = stringToVerify('1795487400', '\u00e9', Buffer.alloc(0))

  expect(message).toEqual(
    Buffer.from([0x31, 0x37, 0x39, 0x35, 0x34, 0x38, 0x37, 0x34, 0x30, 0x30, 0x0a, 0xe9, 0x0a, 0x0a]),
  )
})
