import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { chinaTime } from '../../china-time.ts'
import { CliError, type Text } from '../../two-languages.ts'
import { wrongValue } from '../check-values.ts'
import { addCommand, addExamples } from '../help.ts'
import { readPemFile } from '../merchant/pem-file.ts'
import {
  checkReceipt,
  type Fact,
  type Receipt,
  type ReceiptFault,
  receiptKeys,
  refundFacts,
  refundWords,
  signedBody,
  signedFacts,
  WORDS,
  type Word,
} from '../receipt/file.ts'
import { opensslLine, type Place } from '../receipt/openssl.ts'
import type { Session } from '../session.ts'

type Options = { readonly json?: boolean; readonly key?: readonly string[] }
type Key = { readonly path: string; readonly key: KeyObject; readonly serial: string | undefined }

/** `receipt verify FILE`: verifies a receipt offline, and prints the openssl command that does the same. */
export const addReceiptVerify = (receipt: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(receipt, session, 'verify', {
    en: 'Check a receipt offline, and print the openssl line that checks it as well.',
    zh: '离线核验凭证文件,并给出等效的 openssl 命令。',
  })
    .argument('<file>', t({ en: 'what payscore receipt wrote', zh: 'payscore receipt 导出的文件' }))
    .option(
      '--key <pem>',
      t({
        en: 'your copy of WeChat Pay’s public key or platform certificate, in place of the key in the file; may be repeated',
        zh: '自备的微信支付公钥或平台证书,代替凭证文件中的密钥,可重复',
      }),
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .action((file: string, options: Options) => done(verifyReceipt(file, options, session)))
  addExamples(command, session, [
    'npx payscore receipt verify receipt.json',
    'npx payscore receipt verify receipt.json --key pub_key.pem',
  ])
}

const verifyReceipt = (file: string, options: Options, session: Session): number => {
  const { t, say, tell, paint } = session
  const keys = (options.key ?? []).map((path) => readKey(path, session))
  const checked = checkReceipt(
    readBytes(file, session),
    keys.map(({ key }) => key),
  )
  if (typeof checked === 'string') {
    if (options.json) session.json({ valid: false, fault: checked })
    else say(`${paint('red', '✗')} ${file}: ${t(FAULTS[checked])}`)
    return 1
  }
  const lines = opensslLines(file, checked, keys)
  const inFile = keys.length > 0 ? [] : usedKeys(checked)
  if (options.json) {
    session.json({
      valid: true,
      ...summary(checked),
      keys_from: keys.length > 0 ? 'options' : 'file',
      keys: inFile.map(({ pem: _, ...key }) => key),
      openssl: lines,
    })
    return 0
  }
  say(
    `${paint('green', '✓')} ${file}: ${t({
      en: `WeChat Pay’s own word on order ${checked.out_order_no} of merchant ${checked.mchid}`,
      zh: `确为微信支付对商户 ${checked.mchid} 订单 ${checked.out_order_no} 的签名应答`,
    })}`,
  )
  const { words, refunds } = summary(checked)
  for (const { name, ...word } of [...words, ...refunds.map((refund) => ({ name: 'refund' as const, ...refund }))])
    tell(`  ${t(WORD_NAMES[name])}: ${factsLine(word)}`, 4)
  for (const { id, sha256, since, mchid } of inFile)
    tell(
      `${paint('yellow', '!')} ${t({
        en: `Verified by the key in the file itself: ${id}, SHA-256 ${sha256}, taken from the secret of merchant ${mchid} at ${since}. Whoever made the file could have put another key there: compare this SHA-256 with that of WeChat Pay’s own key, or say --key FILE to use yours.`,
        zh: `使用凭证文件自带的密钥核验:${id},SHA-256 ${sha256},于 ${since} 取自商户 ${mchid} 的密钥配置。文件制作者可能替换密钥:请与微信支付公布的密钥核对 SHA-256,或用 --key FILE 指定自备密钥。`,
      })}`,
      2,
    )
  say(t({ en: 'The same by openssl:', zh: '使用 openssl 核验:' }))
  for (const line of lines) say(line)
  return 0
}

const WORD_NAMES = {
  sync: { en: 'sync', zh: '同步应答' },
  query: { en: 'query', zh: '查单应答' },
  refund: { en: 'refund', zh: '退款查询应答' },
} as const

const factsLine = ({ signed_at, serial, facts }: ReturnType<typeof summaryOf>): string =>
  `${signed_at}, ${serial}${facts.map(([member, value]) => `, ${member} ${value}`).join('')}`

const FAULTS: Readonly<Record<ReceiptFault, Text>> = {
  form: {
    en: 'is not a receipt as it was exported. Give the file that payscore receipt wrote, unchanged.',
    zh: '不是原样导出的凭证文件。请使用 payscore receipt 导出的原文件。',
  },
  digest: { en: 'was changed after it was exported. Export it again.', zh: '导出后被改动,请重新导出。' },
  order: {
    en: 'the signed answer is about another order: this receipt proves nothing of the one it names',
    zh: '签名应答属于其他订单,不能证明所列订单',
  },
  refund: {
    en: 'a signed answer about a refund proves nothing of this order: the refund did not succeed, or its transaction is none that the signed answer to the query says WeChat Pay charged',
    zh: '退款查询应答不能证明本单扣款已退:退款未成功,或其微信支付订单号不在查单应答的扣款之中',
  },
  keyless: {
    en: 'the file does not hold the key that it names. Say --key FILE, WeChat Pay’s public key or platform certificate.',
    zh: '凭证文件中没有其所列的密钥。请用 --key FILE 指定微信支付公钥或平台证书。',
  },
  nameless: {
    en: 'the signed answer to the sync names no order (204), so it may be that to any other. Alone it proves nothing: export the receipt again once the order is confirmed, with the answer to the query.',
    zh: '同步应答为 204,不含商户服务订单号,可能属于任何订单,单独不能证明所列订单。请在订单核实后重新导出(含查单应答)。',
  },
  signature: {
    en: 'the signature does not verify with this key: the receipt was changed, or the key is another one than it names',
    zh: '验签失败:凭证被改动,或所用密钥不是凭证中所列的密钥',
  },
}

/** The keys of the file by which something in it is verified. */
const usedKeys = (receipt: Receipt) => {
  const { words, refunds } = summary(receipt)
  return receiptKeys(receipt).filter(({ id }) => [...words, ...refunds].some(({ serial }) => serial === id))
}

const summary = (receipt: Receipt) => ({
  mchid: receipt.mchid,
  out_order_no: receipt.out_order_no,
  words: WORDS.flatMap((name) => {
    const word = receipt[name]
    return word ? [{ name, ...summaryOf(word, signedFacts(word)) }] : []
  }),
  refunds: refundWords(receipt).map((word) => ({
    out_refund_no: word.out_refund_no,
    ...summaryOf(word, refundFacts(word)),
  })),
})

const summaryOf = (word: Word, facts: readonly Fact[]) => {
  const { serial, request_id } = word
  return { signed_at: chinaTime(signedBody(word).timestamp * 1000), serial, request_id, facts }
}

/**
 * Uses the key with the serial of each signed response. A public key file does not have its id, so the first such key
 * is used.
 */
const opensslLines = (file: string, receipt: Receipt, keys: readonly Key[]): readonly string[] => {
  const line = (place: Place, word: Word) => {
    if (keys.length === 0) return [opensslLine(file, place, { id: word.serial })]
    const key =
      keys.find(({ serial }) => serial === word.serial) ?? keys.find(({ serial }) => serial === undefined) ?? keys[0]
    return key ? [opensslLine(file, place, { path: key.path, isCertificate: key.serial !== undefined })] : []
  }
  const words = WORDS.flatMap((name) => (receipt[name] ? line(name, receipt[name]) : []))
  return [...words, ...refundWords(receipt).flatMap((word) => line(word, word))]
}

const readBytes = (path: string, { cwd }: Session): Buffer => readFileSync(resolve(cwd, path))

const readKey = (path: string, session: Session): Key => {
  const read = readPemFile({ name: path, bytes: readKeyFile(path, session) }, /^(PUBLIC KEY|CERTIFICATE)$/)
  try {
    if (typeof read === 'string') throw new TypeError(read)
    const { label, pem } = read
    // createPublicKey would take a private key too, but a private key must not be on this command line.
    if (label === 'PUBLIC KEY') return { path, key: createPublicKey(pem), serial: undefined }
    const { serialNumber, publicKey } = new X509Certificate(pem)
    return { path, key: publicKey, serial: serialNumber.padStart(40, '0') }
  } catch {
    throw new CliError(
      {
        en: `--key ${path} holds no public key: give WeChat Pay’s public key (BEGIN PUBLIC KEY) or platform certificate`,
        zh: `--key ${path} 中没有公钥:请使用微信支付公钥(BEGIN PUBLIC KEY)或平台证书`,
      },
      2,
    )
  }
}

const readKeyFile = (path: string, session: Session): Buffer => {
  try {
    return readBytes(path, session)
  } catch {
    throw wrongValue('--key', path, { en: 'cannot be read. Check the path.', zh: '无法读取,请检查路径。' })
  }
}
