import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type Mistake, mistake } from './mistakes.ts'
import type { GivenFile } from './pem-file.ts'
import type { GivenFiles, GivenKey } from './read-files.ts'

export type GivenOptions = {
  readonly cert?: string
  readonly key?: string
  /** FILE, or ID=FILE. */
  readonly wechatpayKey?: readonly string[]
  readonly wechatpayKeyId?: string
  readonly mchid?: string
  readonly serialNo?: string
}

/** Names under which WeChat Pay's tools and console save a key of theirs. */
const WECHATPAY_FILE = /^(pub_?key|wechatpay.*|platform.*|PUB_KEY_ID_[0-9A-Za-z_]+)\.pem$/i

/** The files of a folder by their usual names, and those named by options, which win. */
export const readGiven = (
  folder: string | undefined,
  options: GivenOptions,
  cwd: string,
): { readonly given: GivenFiles; readonly unreadable: readonly Mistake[] } => {
  const unreadable: Mistake[] = []
  const read = (path: string): GivenFile | undefined => {
    try {
      return { name: path, bytes: readFileSync(resolve(cwd, path)) }
    } catch {
      unreadable.push(mistake(path, 'unreadable'))
      return undefined
    }
  }
  const names = folder === undefined ? [] : namesIn(resolve(cwd, folder))
  if (!names) unreadable.push(mistake(folder ?? '', 'unreadable'))
  const here = (name: string): string | undefined => (names?.includes(name) ? join(folder ?? '', name) : undefined)
  const usual = (path: string | undefined) => (path === undefined ? undefined : read(path))

  const named = (options.wechatpayKey ?? []).map(idAndPath)
  const found = (named.length > 0 ? [] : (names ?? []).filter((name) => WECHATPAY_FILE.test(name)).sort()).map(
    (name) => ({ id: undefined, path: join(folder ?? '', name) }),
  )
  const wechatpayKeys = [...named, ...found].flatMap(({ id, path }): GivenKey[] => {
    const file = read(path)
    const ownId = /^PUB_KEY_ID_\w+(?=\.pem$)/.exec(basename(path))?.[0]
    const isCertificate = file?.bytes.includes('BEGIN CERTIFICATE') === true
    return file ? [{ file, id: id ?? ownId ?? (isCertificate ? undefined : options.wechatpayKeyId) }] : []
  })
  return {
    given: {
      certificate: usual(options.cert ?? here('apiclient_cert.pem')),
      privateKey: usual(options.key ?? here('apiclient_key.pem')),
      wechatpayKeys,
      mchid: options.mchid,
      serial_no: options.serialNo,
    },
    unreadable,
  }
}

const namesIn = (folder: string): readonly string[] | undefined => {
  try {
    return readdirSync(folder)
  } catch {
    return undefined
  }
}

const idAndPath = (text: string): { readonly id: string | undefined; readonly path: string } => {
  const [, id, path] = /^(\w+)=(.+)$/.exec(text) ?? []
  return { id, path: path ?? text }
}
