import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LIMITS } from '../limits.ts'
import type { Text } from '../two-languages.ts'
import { ORDER_APIS } from '../wechatpay/order-api.ts'
import type { Session } from './session.ts'

/** A kind of value: `read` gives the cleaned value, or undefined if it is invalid. */
export type Kind = { readonly read: (value: string, session: Session) => string | undefined; readonly must: Text }

const matching = (pattern: RegExp, must: Text, tidy: (value: string) => string = trimmed): Kind => ({
  read: (value) => {
    const meant = tidy(value)
    return pattern.test(meant) ? meant : undefined
  },
  must,
})

/** Removes what a person does not see: spaces around the text, direction marks, a byte order mark. */
const trimmed = (value: string): string =>
  value.replace(/[\p{Cf}\u00a0\u3000]/gu, (char) => (/\p{Cf}/u.test(char) ? '' : ' ')).trim()

/** A pasted number or id: without quotes and spaces, full-width digits converted. */
export const pasted = (value: string): string =>
  trimmed(value.normalize('NFKC'))
    .replace(/^["'“”‘’「」`]+|["'“”‘’「」`,;。]+$/g, '')
    .replace(/\s/g, '')

const oneOf = (words: readonly string[]): Kind => ({
  read: (value) => words.find((word) => word === trimmed(value).toLowerCase()),
  must: { en: `must be one of ${words.join(', ')}`, zh: `可选值:${words.join('、')}` },
})

const wholeNumber = (least: number, most: number): Kind => ({
  read: (value) => {
    const meant = pasted(value)
    return /^\d{1,12}$/.test(meant) && Number(meant) >= least && Number(meant) <= most
      ? String(Number(meant))
      : undefined
  },
  must: { en: `must be a whole number from ${least} to ${most}`, zh: `须为 ${least} 至 ${most} 的整数` },
})

const printable = (most: number): Kind =>
  matching(new RegExp(`^[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ]{1,${most}}$`, 'u'), {
    en: `must be 1 to ${most} printable characters in one line`,
    zh: `须为一行 1 至 ${most} 个可见字符`,
  })

/** A name as AWS allows it, or an ARN. */
const named = (pattern: RegExp, what: Text): Kind =>
  matching(pattern, { en: `is no name of ${what.en}`, zh: `不是有效的${what.zh}` })

const kindOfPath = (path: string, { cwd }: Session): 'file' | 'folder' | undefined => {
  const found = path.includes('\0') ? undefined : statSync(resolve(cwd, path), { throwIfNoEntry: false })
  return found && (found.isDirectory() ? 'folder' : 'file')
}
const guarded = (read: () => boolean): boolean => {
  try {
    return read()
  } catch {
    return false
  }
}

const fileToRead: Kind = {
  read: (path, session) => (guarded(() => kindOfPath(path, session) === 'file') ? path : undefined),
  must: { en: 'not found, or not a file', zh: '不存在或不是文件' },
}
const anyPath: Kind = {
  read: (path) => (/\p{Cc}/u.test(path) ? undefined : path),
  must: { en: 'is no path', zh: '不是有效路径' },
}
const fileToWrite: Kind = {
  read: (path, session) =>
    !/\p{Cc}/u.test(path) &&
    guarded(
      () =>
        kindOfPath(path, session) !== 'folder' && kindOfPath(dirname(resolve(session.cwd, path)), session) === 'folder',
    )
      ? path
      : undefined,
  must: {
    en: 'cannot be written: it is a folder, or its folder is not there',
    zh: '无法写入:是文件夹,或所在文件夹不存在',
  },
}

const MCHID = matching(
  /^[1-9]\d{7,31}$/,
  { en: 'is no merchant number (8 to 32 digits)', zh: '不是商户号(8 至 32 位数字)' },
  pasted,
)
const BUCKET = named(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { en: 'a bucket', zh: '存储桶名' })
/** For options and arguments without a kind of their own. */
export const TEXT = printable(200)

/** The kind of each option's value. */
export const OPTIONS: Readonly<Record<string, Kind>> = {
  '--mchid': MCHID,
  '--sub-mchid': MCHID,
  '--table': named(/^([\w.-]{3,255}|arn:[\w.:/-]{1,1000})$/, { en: 'a table', zh: '表名' }),
  '--stack': named(/^([A-Za-z][A-Za-z0-9-]{0,127}|arn:[\w.:/-]{1,1000})$/, { en: 'a stack', zh: '堆栈名' }),
  '--stage': named(/^[A-Za-z][A-Za-z0-9-]{0,60}$/, { en: 'a stage', zh: '阶段名' }),
  '--bucket': BUCKET,
  '--evidence': BUCKET,
  '--replica': BUCKET,
  '--bus': named(/^([\w./-]{1,256}|arn:[\w.:/-]{1,1000})$/, { en: 'a bus', zh: '事件总线名' }),
  '--queue': matching(/^https?:\/\/\S{1,1000}$/, { en: 'must be the URL of a queue', zh: '须为队列的 URL' }),
  '--limit': wholeNumber(1, 1000),
  '--days': wholeNumber(LIMITS.silentDays, 400),
  '--shop': printable(64),
  '--order': matching(
    /^[0-9A-Za-z_\-|*]{1,32}$/,
    {
      en: 'is no order number (1 to 32 letters, digits, _ - | *)',
      zh: '不是商户服务订单号(1 至 32 位字母、数字、_ - | *)',
    },
    pasted,
  ),
  '--service-id': matching(/^[0-9A-Za-z]{1,32}$/, { en: 'is no service_id', zh: '不是服务ID' }, pasted),
  '--amount': wholeNumber(1, 100_000_000),
  '--paid-time': matching(
    /^(\d{8}(\d{6})?|\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))$/,
    {
      en: 'must be like 20261124103000, or 2026-11-24T10:30:00+08:00',
      zh: '格式不正确,示例:20261124103000、2026-11-24T10:30:00+08:00',
    },
    pasted,
  ),
  '--via': oneOf(['http', 'event']),
  '--source': matching(/^[\w./-]{1,256}$/, { en: 'is no source of events', zh: '不是有效的事件来源' }),
  '--refund': matching(
    /^[0-9A-Za-z_\-|*@]{1,64}$/,
    {
      en: 'is no refund number (1 to 64 letters, digits, _ - | * @)',
      zh: '不是退款单号(1 至 64 位字母、数字、_ - | * @)',
    },
    pasted,
  ),
  '--cash': matching(
    /^[\p{L}\p{N}_\-/.#]{1,64}$/u,
    {
      en: 'is no number of a receipt (1 to 64 letters, digits, _ - / . #)',
      zh: '不是小票号(1 至 64 位文字、数字、_ - / . #)',
    },
    pasted,
  ),
  '--order-api': oneOf(ORDER_APIS),
  '--channel-id': matching(/^\d{1,32}$/, { en: 'must be digits', zh: '须为数字' }, pasted),
  '--service': matching(
    /^[0-9A-Za-z]{1,32}=[0-9A-Za-z]{0,32}$/,
    { en: 'must be like SERVICE_ID=APPID', zh: '格式不正确,示例:服务ID=APPID' },
    pasted,
  ),
  '--customer-key': named(/^[\w/+=.@:-]{1,2048}$/, { en: 'a secret', zh: '密钥名称' }),
  '--openid-file': { ...fileToRead, read: (path, session) => (path === '-' ? path : fileToRead.read(path, session)) },
  '--secrets-prefix': matching(/^[\w/+=.@-]{1,200}$/, { en: 'is no name of a secret', zh: '不是有效的密钥名称前缀' }),
  // Problems with a merchant's files are reported all together, by the command.
  '--cert': anyPath,
  '--key': anyPath,
  '--wechatpay-key': anyPath,
  '--merchant': fileToRead,
  '--out': fileToWrite,
  '--sheet': fileToWrite,
}

const ORDER = matching(
  /^[0-9A-Za-z_\-|*/#]{1,70}$/,
  { en: 'is no order number, MCHID/NUMBER or transaction_id', zh: '不是商户服务订单号、商户号/订单号或微信支付订单号' },
  pasted,
)

/** The kind of each argument. */
export const ARGUMENTS: Readonly<Record<string, Kind>> = {
  order: ORDER,
  orders: ORDER,
  folder: anyPath,
  file: fileToRead,
}
