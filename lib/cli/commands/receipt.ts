import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { type OrderKey, type Row, readRowKey } from '../../ledger/row.ts'
import { provedAt, takenAt } from '../../ledger/signed-answers.ts'
import { type NewFile, writePrivate } from '../../private-file.ts'
import { CliError } from '../../two-languages.ts'
import { addLedgerOptions, connect } from '../aws/connect.ts'
import { checkDays, collectAnswers, collectKeys, type Days } from '../evidence/collect.ts'
import { connectEvidence, type EvidenceOptions } from '../evidence/store.ts'
import { addCommand, addExamples } from '../help.ts'
import { findRow, findRowOrNone, keyOfName } from '../order/find.ts'
import {
  chooseAnswers,
  type Receipt,
  receiptKeys,
  receiptOf,
  receiptText,
  refundsLeftOut,
  refundWords,
  WORDS,
} from '../receipt/file.ts'
import { evidenceSheet } from '../receipt/sheet.ts'
import type { Session } from '../session.ts'

type Options = EvidenceOptions & Days & { readonly out?: string; readonly sheet?: string; readonly force?: boolean }

/** `receipt ORDER`: writes WeChat Pay's signed responses to a file, and a page about them. */
export const addReceipt = (program: Command, session: Session, done: (code: number) => void): Command => {
  const { t } = session
  const command = addCommand(program, session, 'receipt', {
    en: 'Export WeChat Pay’s signed word on an order, with a page of evidence in Chinese.',
    zh: '导出微信支付对订单的签名应答(凭证文件),并生成一页中文证明。',
  })
    .argument(
      '<order>',
      t({ en: 'order number, MCHID/NUMBER or transaction_id', zh: '商户服务订单号、商户号/订单号或微信支付订单号' }),
    )
    .option(
      '--out <file>',
      t({
        en: 'the receipt (payscore-receipts/receipt-MCHID-NUMBER.json in your home)',
        zh: '凭证文件(默认为主目录下 payscore-receipts/receipt-商户号-订单号.json)',
      }),
    )
    .option('--sheet <file>', t({ en: 'the page (the same name, .html)', zh: '证明页(同名 .html)' }))
    .option(
      '--day <yyyymmdd>',
      t({ en: 'look through the answers kept on this day too', zh: '同时查找该日存证的应答' }),
    )
    .option('--from <yyyymmdd>', t({ en: 'look through the answers kept from this day', zh: '查找存证应答的开始日期' }))
    .option('--to <yyyymmdd>', t({ en: 'to this day (today)', zh: '查找存证应答的结束日期(默认今天)' }))
    .option(
      '--evidence <bucket>',
      t({ en: 'the bucket of signed answers (EVIDENCE_BUCKET)', zh: '签名应答的存储桶(EVIDENCE_BUCKET)' }),
    )
    .option('--force', t({ en: 'replace files that are there', zh: '覆盖已有文件' }))
  addLedgerOptions(command, session).action(async (order: string, options: Options) =>
    done(await exportReceipt(order, options, session)),
  )
  return addExamples(
    command,
    session,
    [
      'npx payscore receipt 1234323JKHDFE1243252 --stack payscore-sync-prod',
      'npx payscore receipt 1234323JKHDFE1243252 --out receipt.json --stack payscore-sync-prod',
      'npx payscore receipt 1900000109/1234323JKHDFE1243252 --from 20261101 --to 20261130 --stack payscore-sync-prod',
      'npx payscore receipt verify receipt.json',
    ],
    {
      en: 'The receipt holds the answers as WeChat Pay signed them, which may name the customer (openid) and the account that got a refund: it is written for your eyes alone. The page names neither.',
      zh: '凭证文件为微信支付签名的原始应答,可能包含用户标识(openid)和退款入账账户,仅您本人可读。证明页不包含用户信息。',
    },
  )
}

const contentOf = (receipt: Receipt) => {
  const words = WORDS.filter((name) => receipt[name] !== null)
  const refunds = refundWords(receipt)
  return { words, refunds: refunds.map(({ out_refund_no }) => out_refund_no) }
}

/** Receipts hold personal data. Without --out they go to a folder in the person's home, never into a git checkout. */
const homeFolder = ({ env }: Session): string => {
  const folder = join(env.HOME || homedir(), 'payscore-receipts')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

const nothingSigned = (order: string, { state }: Row) => ({
  en: `${order}: WeChat Pay has signed nothing about this order yet (state ${state}). npx payscore status tells what comes next.`,
  zh: `${order}:微信支付尚无关于该订单的签名应答(状态 ${state})。请用 npx payscore status 查看下一步。`,
})

const NOT_FOUND = (order: string) => ({
  en: `${order}: WeChat Pay has answered about this order, and the signed answers were not found. Name the bucket in which they are kept: --stack NAME, or --evidence BUCKET.`,
  zh: `${order}:微信支付已有关于该订单的应答,但未找到其签名应答。请用 --stack 或 --evidence 指定存证存储桶。`,
})

const NOTHING_KEPT = (order: string) => ({
  en: `${order}: the ledger has no such order, and among the signed answers of these days is none about it. Say --from and --to for other days.`,
  zh: `${order}:台账中没有该订单,所查日期的存证中也没有其签名应答。请用 --from 和 --to 指定其他日期。`,
})

const noReceipt = (order: string, row: Row) =>
  takenAt(row) === undefined && provedAt(row) === undefined ? nothingSigned(order, row) : NOT_FOUND(order)

const safe = (out_order_no: string): string => out_order_no.replaceAll(/[|*]/g, '_')

const exportReceipt = async (order: string, options: Options, session: Session): Promise<number> => {
  const { t, say, paint } = session
  checkDays(options)
  const connection = await connect(options, session)
  const evidence = await connectEvidence(options, session)
  // Evidence outlives the row.
  const row = await findRowOrNone(order, options, connection, session)
  const key = row ? readRowKey(row.pk) : keyOfName(order, options)
  if (!key) await findRow(order, options, connection, session)
  const named = key as OrderKey // else findRow has thrown
  const answers = chooseAnswers(await collectAnswers(named, row, evidence, options, session.now()), row)
  const serials = [answers.sync, answers.query, ...answers.refunds].flatMap((answer) => answer?.serial ?? [])
  const receipt = receiptOf(named, answers, await collectKeys([...new Set(serials)], evidence))
  if (!receipt) throw new CliError(row ? noReceipt(order, row) : NOTHING_KEPT(order))
  const isOurs = options.out === undefined
  const out = options.out ?? join(homeFolder(session), `receipt-${receipt.mchid}-${safe(receipt.out_order_no)}.json`)
  const sheet = options.sheet ?? `${out.replace(/\.json$/, '')}.html`
  const mayReplace = (isGiven: boolean) => options.force === true || (isOurs && !isGiven)
  const page = evidenceSheet(row, receipt, basename(out), session.now())
  const file = (path: string, text: string, option: string, isGiven: boolean): NewFile => {
    return { path: resolve(session.cwd, path), text, option, mayReplace: mayReplace(isGiven) }
  }
  writePrivate(
    file(out, receiptText(receipt), '--out', !isOurs),
    file(sheet, page, '--sheet', options.sheet !== undefined),
  )
  const { words, refunds } = contentOf(receipt)
  const left_out = refundsLeftOut(answers, receipt)
  const keys = receiptKeys(receipt).map(({ id }) => id)
  const lacking = [...new Set(serials)].filter((serial) => !keys.includes(serial))
  if (options.json) {
    const { mchid, out_order_no } = receipt
    session.json({
      file: out,
      sheet,
      mchid,
      out_order_no,
      words,
      refunds,
      left_out,
      serials: [...new Set(serials)],
      keys,
    })
    return 0
  }
  const inEnglish = [...words, ...refunds.map((number) => `refund ${number}`)].join(', ')
  const inChinese = [...words.map((name) => (name === 'sync' ? '同步' : '查单')), ...refunds.map((no) => `退款 ${no}`)]
  say(
    `${paint('green', '✓')} ${out} ${t({ en: `(signed answers: ${inEnglish})`, zh: `(签名应答:${inChinese.join('、')})` })}`,
  )
  say(`${paint('green', '✓')} ${sheet}`)
  for (const number of left_out)
    say(
      `${paint('yellow', '!')} ${t({
        en: `refund ${number} is left out: the signed answer to the query does not name its transaction, so it would prove nothing of this order`,
        zh: `未包含退款 ${number}:查单应答中没有其微信支付订单号,不能作为本单的证明`,
      })}`,
    )
  say(
    lacking.length === 0
      ? `→ npx payscore receipt verify ${out}`
      : `→ npx payscore receipt verify ${out} --key ${t({ en: `FILE   (WeChat Pay’s key ${lacking.join(', ')}, which is not kept as evidence yet)`, zh: `FILE   (微信支付密钥 ${lacking.join('、')},尚未存证)` })}`,
  )
  return 0
}
