import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'vitest'
import { ConfigError } from '../../lib/errors.ts'
import { readMerchantSecret } from '../../lib/wechatpay/merchant-secret.ts'
import { pem, rsaPair } from '../support/keys.ts'
import { MERCHANT_SERIAL, merchant, PUBLIC_KEY_ID, wechatpay } from './recorded-answers.ts'

export const MCHID = '1900000109'
export const privateKeyPem = pem(merchant.privateKey)
export const publicKeyPem = pem(wechatpay.publicKey)

/** A secret without a fault. */
export const whole = {
  mchid: MCHID,
  serial_no: MERCHANT_SERIAL,
  private_key: privateKeyPem,
  not_after: '2031-11-24T00:00:00+08:00',
  wechatpay_keys: { [PUBLIC_KEY_ID]: publicKeyPem },
}

/** Keys that do not fit. */
export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const ed25519 = generateKeyPairSync('ed25519')
export const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
export const small = rsaPair('small', 1024)

export const derOf = (pemText: string): Buffer => Buffer.from(pemText.replace(/-----.*-----|\s/g, ''), 'base64')

export const piecesOf = (text: string, length: number): string[] =>
  Array.from({ length: Math.max(0, text.length - length + 1) }, (_, i) => text.slice(i, i + length))

const refusal = (text: string): unknown => {
  try {
    readMerchantSecret(text, MCHID)
  } catch (error) {
    return error
  }
  throw new Error('the secret was accepted')
}

/** The keys' lines in a secret, whatever is broken about them. */
const keyMaterial = (text: string) => text.match(/[0-9A-Za-z+/=]{48,}/g) ?? []

/** Claims that the secret is refused in these words and that nothing of its keys shows. Gives all that a log could show. */
export const expectRefusal = (text: string, problem: string): string => {
  const error = refusal(text)

  expect(error).toBeInstanceOf(ConfigError)
  expect(error).toMatchObject({ code: 'ERR_CONFIG', message: `secret of merchant 1900000109: ${problem}` })
  const stack = error instanceof Error ? `${error.message}\n${error.stack}` : ''
  const shown = [stack, String(error), inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error)].join(
    '\n',
  )
  const leaked = keyMaterial(text).flatMap((line) => piecesOf(line, 8).filter((piece) => shown.includes(piece)))
  expect(leaked).toEqual([])
  return shown
}
