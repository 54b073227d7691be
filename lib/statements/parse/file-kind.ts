import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Problem } from '../problem.ts'

/** What a file is by its first bytes, whatever its name says. `layers`: how often it is packed by gzip. */
export type Content =
  | { readonly kind: 'text'; readonly layers: number }
  | { readonly kind: 'workbook' }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** A file with .gz in its name that was uploaded with Content-Encoding: gzip is packed twice. */
const LAYERS_MOST = 2

/** Throws when a gzip file is damaged. */
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

/** The bytes of a list, unpacked. Destroyed by whoever stops reading. */
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

/** Zlib's errors speak of the file; any other is ours. */
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

/** What is no list, by the bytes with which it begins, in hex: those of text after a mark and blanks. */
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

/** A file that is no list of a form that is read, and how to make one of it. */
export const refusalOf = ({ zh, en }: What): Problem => ({
  zh: `文件是${zh},不是可读取的明细。请用 Excel 或 WPS 打开,另存为“CSV UTF-8(逗号分隔)”或 .xlsx 后重新上传`,
  en: `the file is ${en}, not a list that can be read: open it in Excel or WPS, save it as “CSV UTF-8” or as .xlsx, and upload that`,
})
