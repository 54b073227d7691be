import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createKeyArchive, readKeyText } from '../../lib/evidence/key-files.ts'
import { pem, rsaPair } from '../support/keys.ts'
import { NOW } from '../support/orders.ts'

const OLD = rsaPair('WeChat Pay, old')
const NEW = rsaPair('WeChat Pay, new')
const signerWith = (wechatpayKeys: ReadonlyMap<string, (typeof OLD)['publicKey']>) => ({
  mchid: '1900000109',
  serial_no: '',
  privateKey: OLD.privateKey,
  wechatpayKeys,
})

const archive = () => {
  const puts: string[] = []
  const objects = new Map<string, string>()
  const putOnce = async (key: string, body: Uint8Array) => {
    puts.push(key)
    if (objects.has(key)) return false
    objects.set(key, Buffer.from(body).toString())
    return true
  }
  return { puts, objects, keep: createKeyArchive({ putOnce }, 'payscore/merchants') }
}

describe('a key of WeChat Pay', () => {
  it('is kept as a file that says whose it is, and stays when it was rotated away', async () => {
    const { objects, keep } = archive()
    await keep(signerWith(new Map([['PUB_KEY_ID_1', OLD.publicKey]])), NOW)

    await keep(signerWith(new Map([['PUB_KEY_ID_2', NEW.publicKey]])), NOW)

    expect([...objects.keys()]).toEqual(['keys/PUB_KEY_ID_1.pem', 'keys/PUB_KEY_ID_2.pem'])
    const [, der = ''] = /-----\n([\s\S]+)\n-----/.exec(pem(OLD.publicKey)) ?? []
    const sha256 = createHash('sha256').update(Buffer.from(der, 'base64')).digest('hex')
    expect(objects.get('keys/PUB_KEY_ID_1.pem')).toBe(
      `Id: PUB_KEY_ID_1\nSecret: payscore/merchants/1900000109\nMerchant: 1900000109\nSince: 2026-11-24T02:30:00.000Z\nSHA-256: ${sha256}\n\n${pem(OLD.publicKey)}`,
    )
  })

  it('is put once by a function that goes on', async () => {
    const { puts, keep } = archive()
    const signer = signerWith(new Map([['PUB_KEY_ID_1', OLD.publicKey]]))

    await keep(signer, NOW)
    await keep(signer, NOW)

    expect(puts).toEqual(['keys/PUB_KEY_ID_1.pem'])
  })

  it.each(['', 'Id: a\n\nno key', pem(OLD.publicKey)])('is in no other text: %j', (text) => {
    expect(readKeyText(text)).toBeUndefined()
  })
})
