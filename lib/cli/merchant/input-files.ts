import { readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pasted } from '../value-kinds.ts'
import type { GivenFile } from './pem-file.ts'
import { type InputProblem, problem } from './problems.ts'
import type { GivenFiles, GivenKey } from './read-files.ts'

export type InputOptions = {
  readonly cert?: string
  readonly key?: string
  /** FILE, or ID=FILE. */
  readonly wechatpayKey?: readonly string[]
  readonly wechatpayKeyId?: string
  readonly mchid?: string
  readonly serialNo?: string
}

/** File names under which WeChat Pay's tools and merchant platform save WeChat Pay's keys. */
const WECHATPAY_FILE = /^(pub_?key|wechatpay.*|platform.*|PUB_KEY_ID_[0-9A-Za-z_]+)\.pem$/i

/** Finds the files of a folder by their usual names. Files that are named by options take precedence. */
export const readInputFiles = (
  folder: string | undefined,
  options: InputOptions,
  cwd: string,
): { readonly given: GivenFiles; readonly unreadable: readonly InputProblem[] } => {
  const unreadable: InputProblem[] = []
  const read = (path: string, option?: string): GivenFile | undefined => {
    try {
      return { name: path, bytes: readFileSync(resolve(cwd, path)) }
    } catch {
      unreadable.push(problem(option === undefined ? path : `${option} ${path}`, 'unreadable'))
      return undefined
    }
  }
  const names = folder === undefined ? [] : namesIn(resolve(cwd, folder))
  if (!names) unreadable.push(problem(folder ?? '', 'unreadable'))
  const here = (name: string): string | undefined => (names?.includes(name) ? join(folder ?? '', name) : undefined)
  const usual = (option: string, given: string | undefined, name: string) => {
    if (given !== undefined) return read(given, option)
    const path = here(name)
    return path === undefined ? undefined : read(path)
  }

  const named = (options.wechatpayKey ?? []).map(idAndPath)
  const found = (named.length > 0 ? [] : (names ?? []).filter((name) => WECHATPAY_FILE.test(name)).sort()).map(
    (name) => ({ id: undefined, path: join(folder ?? '', name) }),
  )
  const wechatpayKeys = [...named, ...found].flatMap(({ id, path }): GivenKey[] => {
    const file = read(path, named.length > 0 ? '--wechatpay-key' : undefined)
    const ownId = /^PUB_KEY_ID_\w+(?=\.pem$)/.exec(basename(path))?.[0]
    const isCertificate = file?.bytes.includes('BEGIN CERTIFICATE') === true
    return file
      ? [
          {
            file,
            id: id ?? ownId ?? (isCertificate ? undefined : options.wechatpayKeyId && tidyId(options.wechatpayKeyId)),
          },
        ]
      : []
  })
  return {
    given: {
      certificate: usual('--cert', options.cert, 'apiclient_cert.pem'),
      privateKey: usual('--key', options.key, 'apiclient_key.pem'),
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

/** An id may contain pasted spaces or invisible characters; a path is taken unchanged. */
const idAndPath = (text: string): { readonly id: string | undefined; readonly path: string } => {
  const [, id = '', path] = /^([^=]+)=(.+)$/.exec(text) ?? []
  return path !== undefined && /^\w+$/.test(tidyId(id)) ? { id: tidyId(id), path } : { id: undefined, path: text }
}

export const tidyId = (id: string): string => pasted(id).replace(/^pub_key_id_/i, 'PUB_KEY_ID_')
