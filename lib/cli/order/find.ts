import { paginateScan } from '@aws-sdk/client-dynamodb'
import { signersOf } from '../../config/served.ts'
import { type OrderKey, type Row, readRowKey, rowKey } from '../../ledger/row.ts'
import { CliError, type Text } from '../../two-languages.ts'
import type { Connection, LedgerOptions } from '../aws/connect.ts'
import { servedOf, signerFor } from '../merchants-file.ts'
import { createProgress, type Session } from '../session.ts'

/** The merchants that the options select, one by one. Throws CliError if no merchant is known, or not all are named. */
export const mchidsOf = ({ mchid }: LedgerOptions, session: Session): readonly string[] => {
  if (mchid !== undefined) return [mchid]
  const served = servedOf(session)
  if (!served) throw new CliError(WHICH_MERCHANT, 2)
  if (served.payees && served.payees.length <= MOST_PAYEES) return served.payees
  throw new CliError(TOO_MANY, 2)
}

/** One read for each of them is still quick. */
const MOST_PAYEES = 1000

const TOO_MANY: Text = {
  en: 'which merchant? A provider has too many to ask one by one: say --mchid, or MCHID/NUMBER',
  zh: '请指定商户号:服务商的子商户过多,无法逐一查询;请用 --mchid 或 商户号/订单号',
}

/** Whose orders the options select, for what is indexed by signer. Throws CliError if no merchant is known. */
export type Whose = { readonly signers: readonly string[]; readonly has: (mchid: string) => boolean }

export const whoseOf = ({ mchid }: LedgerOptions, session: Session): Whose => {
  if (mchid !== undefined) return { signers: [signerFor(mchid, session)], has: (one) => one === mchid }
  const served = servedOf(session)
  if (!served) throw new CliError(WHICH_MERCHANT, 2)
  return { signers: signersOf(served), has: (one) => served.get(one) !== undefined }
}

export const WHICH_MERCHANT: Text = {
  en: 'which merchant? Say --mchid, or set MERCHANTS, or run it beside merchants.json',
  zh: '请指定商户号:--mchid,或设置 MERCHANTS,或在 merchants.json 所在目录运行',
}

/**
 * A transaction_id has 28 digits today; WeChat Pay's page allows 32. Order numbers may look the same, so they are tried
 * first.
 */
const TRANSACTION = /^\d{24,32}$/

/** Finds the row of an order by its number, by MCHID/NUMBER or by a transaction_id. Throws CliError. */
export const findRow = async (
  name: string,
  options: LedgerOptions,
  connection: Connection,
  session: Session,
): Promise<Row> => {
  const row = await findRowOrNone(name, options, connection, session)
  if (row) return row
  throw new CliError({
    en: `${name}: the ledger has no such order. Compare mchid and order number; if they are right, nobody handed a payment over.`,
    zh: `${name}:台账中没有该订单。请核对商户号和商户服务订单号;若无误,则尚未收到线下收款通知。`,
  })
}

/** The same; undefined where the ledger has no such order. */
export const findRowOrNone = async (
  name: string,
  options: LedgerOptions,
  connection: Connection,
  session: Session,
): Promise<Row | undefined> =>
  (await readByNumber(name, options, connection, session)) ?? (await searchTransaction(name, connection, session))

/** The key of an order that is named without a row; undefined unless merchant and number are both said. */
export const keyOfName = (name: string, { mchid }: LedgerOptions): OrderKey | undefined => {
  const [, named, number] = PATH.exec(name) ?? []
  if (named !== undefined && number !== undefined) return { mchid: named, out_order_no: number }
  return mchid === undefined ? undefined : { mchid, out_order_no: name }
}

const PATH = /^(\d{1,32})[/#](.+)$/

const readByNumber = async (
  name: string,
  options: LedgerOptions,
  { ledger }: Connection,
  session: Session,
): Promise<Row | undefined> => {
  const rows = await Promise.all(keysOf(name, options, session).map((key) => ledger.read(rowKey(key))))
  const found = rows.filter((row) => row !== undefined)
  if (found.length < 2) return found[0]
  const keys = found.map(({ pk }) => pathOf(pk)).join(', ')
  throw new CliError(
    {
      en: `several merchants have an order ${name}: say one of ${keys}`,
      zh: `多个商户有订单 ${name}:请使用其中之一 ${keys}`,
    },
    2,
  )
}

const keysOf = (name: string, options: LedgerOptions, session: Session): readonly OrderKey[] => {
  const [, mchid, number] = PATH.exec(name) ?? []
  if (mchid !== undefined && number !== undefined) return [{ mchid, out_order_no: number }]
  return mchidsOf(options, session).map((one) => ({ mchid: one, out_order_no: name }))
}

/**
 * MCHID/NUMBER, which needs no quotes in a shell, except for `
 * ` and `*`.
 */
export const pathOf = (pk: string): string => {
  const { mchid, out_order_no } = readRowKey(pk)
  return `${mchid}/${out_order_no}`
}

/** No index has the transaction_id, so the whole table is scanned until it is found. */
const searchTransaction = async (
  name: string,
  { client, table, ledger }: Connection,
  session: Session,
): Promise<Row | undefined> => {
  if (!TRANSACTION.test(name)) return undefined
  const progress = createProgress(session)
  try {
    let seen = 0
    const pages = paginateScan(
      { client },
      {
        TableName: table,
        FilterExpression: 'contains(#transaction_id, :name)',
        ProjectionExpression: 'pk',
        ExpressionAttributeNames: { '#transaction_id': 'transaction_id' },
        ExpressionAttributeValues: { ':name': { S: name } },
      },
    )
    for await (const { Items = [], ScannedCount = 0 } of pages) {
      seen += ScannedCount
      progress.tell(session.t({ en: `${seen} orders searched`, zh: `已查找 ${seen} 个订单` }))
      const pk = Items[0]?.pk?.S
      if (pk !== undefined) return ledger.read(pk)
    }
    return undefined
  } finally {
    progress.end()
  }
}
