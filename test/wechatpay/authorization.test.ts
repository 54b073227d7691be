import { expect, test } from 'vitest'
import { authorizationHeader } from '../../lib/wechatpay/authorization.ts'

test('puts the five values on one line, each in double quotes', () => {
  const header = authorizationHeader({
    mchid: '1900000109',
    nonce_str: '593BEC0C930BF1AFEB40B5A08C8FB242',
    signature: 'uOVRnA4qG+MNnYzdQxJanN/yxQ==',
    timestamp: '1795487400',
    serial_no: '0DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C',
  })

  expect(header).toBe(
    'WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="593BEC0C930BF1AFEB40B5A08C8FB242",signature="uOVRnA4qG+MNnYzdQxJanN/yxQ==",timestamp="1795487400",serial_no="0DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C"',
  )
})
