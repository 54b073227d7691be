import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from '../private-file.ts'
import { LOCAL } from './local-folder.ts'
import type { World } from './world.ts'

const WORLD = join(LOCAL, 'world.json')
const TOKEN = join(LOCAL, 'token')
const KEYS = join(LOCAL, 'wechatpay-keys')

/** The key that WeChat Pay signs with in this world, as the merchant platform would give it. */
export const PUBLIC_KEY = join(LOCAL, 'pub_key.pem')

const write = (path: string, text: string): void => writePrivate({ path, text, option: LOCAL, mayReplace: true })

/**
 * Tells the owner's other programs how to reach the world and how to be let in: `npx payscore … --local` reads the one
 * file, `curl -H @.local/token` the other; no program's command line shows it. Gives what takes both back.
 */
export const announceWorld = ({ env, api, clock }: World): (() => void) => {
  const world = { ...env, PAYSCORE_API: api.url, PAYSCORE_CLOCK_OFFSET_MS: String(clock.offset()) }
  write(WORLD, `${JSON.stringify(world, null, 2)}\n`)
  write(TOKEN, `Authorization: ${api.headers.authorization}\n`)
  return () => {
    for (const file of [WORLD, TOKEN]) rmSync(file, { force: true })
  }
}

/** Keeps WeChat Pay's public key, and those of earlier starts: a receipt is verified by the one that signed it. */
export const keepPublicKey = ({ wechatpay: { keyId, publicKeyPem } }: World): void => {
  mkdirSync(KEYS, { recursive: true })
  write(join(KEYS, `${keyId}.pem`), publicKeyPem)
  write(PUBLIC_KEY, publicKeyPem)
}
