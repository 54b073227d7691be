import { paginateScan } from '@aws-sdk/client-dynamodb'
import { type OrderKey, type Row, readRowKey, rowKey } from '../../ledger/row.ts'
import { CliError, type Text } from '../../two-languages.ts'
import type { Connection, LedgerOptions } from '../aws/connect.ts'
import { merchantEntries } from '../merchants-file.ts'
import { createProgress, type Session } from '../session.ts'

/** The merchants that the options select. Throws CliError if no merchant is known. */
export const mchidsOf = ({ mchid }: LedgerOptions, session: Session): readonly string[] => {
  if (mchid !== undefined) return [mchid]
  const known = Object.keys(merchantEntries(session))
  if (known.length > 0) return known
  throw new CliError(WHICH_MERCHANT, 2)
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
  const row =
    (await readByNumber(name, options, connection, session)) ?? (await searchTransaction(name, connection, session))
  if (row) return row
  throw new CliError({
    en: `${name}: the ledger has no such order. Compare mchid and order number; if they are right, nobody handed a payment over.`,
    zh: `${name}:台账中没有该订单。请核对商户号和商户服务订单号;若无误,则尚未收到线下收款通知。`,
  })
}

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
  const [, mchid, number] = /^(\d{1,32})[/#](.+)$/.exec(name) ?? []
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
