import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Problem } from '../problem.ts'

/** The kind of a file, by its first bytes and not by its name. `layers`: how many times it is compressed with gzip. */
export type Content =
  | { readonly kind: 'text'; readonly layers: number }
  | { readonly kind: 'workbook' }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** A .gz file that was uploaded with Content-Encoding: gzip is compressed twice. */
const LAYERS_MOST = 2

/** Throws if a gzip file is damaged. */
export const readContent = async (file: string): Promise<Content> => {
  for (let layers = 0; ; layers += 1) {
    const head = await headOf(openText(file, layers))
    if (head[0] === 0x1f && head[1] === 0x8b && layers < LAYERS_MOST) continue
    const { what } = SIGNS.find(({ sign }) => sign.test(head.toString('hex'))) ?? { what: undefined }
    if (what === undefined) return { kind: 'text', layers }
    if (what === 'array') return { kind: 'refused', problem: ARRAY }
    if (what === 'zip' && layers === 0) return { kind: 'workbook' }
    return {
      kind: 'refused',
      problem: refusalOf(what === 'zip' ? { zh: 'gzip 压缩的 Excel 文件', en: 'a workbook packed by gzip' } : what),
    }
  }
}

/** Opens the uncompressed bytes of a list. The reader must destroy the stream when it stops. */
export const openText = (file: string, layers: number): Readable => {
  let bytes: Readable = createReadStream(file)
  for (let layer = 0; layer < layers; layer += 1) {
    const packed = bytes
    const unpacked = createGunzip()
    packed.on('error', (error) => unpacked.destroy(error))
    unpacked.on('close', () => packed.destroy())
    bytes = packed.pipe(unpacked)
  }
  return bytes
}

/** An error of zlib means that the file is damaged. Any other error is ours. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^Z_/.test(String(error.code))

const headOf = async (bytes: Readable): Promise<Buffer> => {
  let head = Buffer.alloc(0)
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    head = Buffer.concat([head, chunk])
    if (head.length >= 512) break
  }
  bytes.destroy()
  return head.subarray(0, 512)
}

type What = { readonly zh: string; readonly en: string }

/** Signatures of files that are no lists, in hex; for text, after a byte order mark and spaces. */
const SIGNS: readonly { readonly sign: RegExp; readonly what: What | 'zip' | 'array' }[] = [
  { sign: /^504b(0304|0506)/, what: 'zip' },
  {
    sign: /^d0cf11e0/,
    what: { zh: '旧版 Excel(.xls)或加密的工作簿', en: 'an old Excel workbook (.xls), or one with a password' },
  },
  { sign: /^25504446/, what: { zh: 'PDF', en: 'a PDF' } },
  { sign: /^(89504e47|ffd8ff|47494638|52494646|424d.{8}00000000)/, what: { zh: '图片', en: 'a picture' } },
  { sign: /^(52617221|377abcaf|1f8b|425a68|fd377a58)/, what: { zh: '压缩包', en: 'an archive' } },
  { sign: /^7b5c727466/, what: { zh: '文档', en: 'a document' } },
  { sign: /^(efbbbf)?(20|09|0d|0a)*3c(21|3f|[4-7])/, what: { zh: '网页或 XML 表格', en: 'a web page or XML' } },
  { sign: /^(efbbbf)?(20|09|0d|0a)*5b(20|09|0d|0a)*(7b|5d|$)/, what: 'array' },
]

const ARRAY: Problem = {
  zh: '文件是 JSON 数组;请改为每行一个 JSON 对象(JSON Lines),不加方括号和行尾逗号',
  en: 'the file is a JSON array: write one object in each line (JSON Lines), without brackets around and commas between',
}

/** The message for a file of an unsupported type, and how to export it as a list. */
export const refusalOf = ({ zh, en }: What): Problem => ({
  zh: `文件是${zh},不是可读取的明细。请用 Excel 或 WPS 打开,另存为“CSV UTF-8(逗号分隔)”或 .xlsx 后重新上传`,
  en: `the file is ${en}, not a list that can be read: open it in Excel or WPS, save it as “CSV UTF-8” or as .xlsx, and upload that`,
})
