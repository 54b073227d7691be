import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from '../private-file.ts'
import { LOCAL } from './local-folder.ts'
import type { World } from './world.ts'

const WORLD = join(LOCAL, 'world.json')
const TOKEN = join(LOCAL, 'token')
const KEYS = join(LOCAL, 'wechatpay-keys')

/** The public key that the local WeChat Pay signs with, as a file from the merchant platform. */
export const PUBLIC_KEY = join(LOCAL, 'pub_key.pem')

const write = (path: string, text: string): void => writePrivate({ path, text, option: LOCAL, mayReplace: true })

/**
 * Writes files by which the owner's other programs reach the local world: `npx payscore … --local` reads one, `curl -H
 * @.local/token` the other, so that no secret is on a command line. Gives a function that deletes both.
 */
export const announceWorld = ({ env, api, lambdaUrl, clock }: World): (() => void) => {
  const world = {
    ...env,
    PAYSCORE_API: api.url,
    PAYSCORE_LAMBDA: lambdaUrl,
    PAYSCORE_CLOCK_OFFSET_MS: String(clock.offset()),
  }
  write(WORLD, `${JSON.stringify(world, null, 2)}\n`)
  write(TOKEN, `Authorization: ${api.headers.authorization}\n`)
  return () => {
    for (const file of [WORLD, TOKEN]) rmSync(file, { force: true })
  }
}

/**
 * Saves WeChat Pay's public key beside those of earlier starts, since a receipt is verified with the key that signed
 * it.
 */
export const keepPublicKey = ({ wechatpay: { keyId, publicKeyPem } }: World): void => {
  mkdirSync(KEYS, { recursive: true })
  write(join(KEYS, `${keyId}.pem`), publicKeyPem)
  write(PUBLIC_KEY, publicKeyPem)
}
