import { createHmac } from 'node:crypto'
import type { Json } from '../json.ts'
import { readRowKey, rowKey } from '../ledger/row.ts'
import { parseBody, text } from '../wechatpay/answer-body.ts'
import type { AnswerLine } from './answer-line.ts'

/** An openid as the list of customers has it: only who has the key can tell whether it is a given one. */
export const customerOf = (key: string, openid: string): string =>
  createHmac('sha256', key).update(openid).digest('hex')

/** The customers that an answer names. */
const openidsOf = ({ body }: AnswerLine): readonly string[] => {
  const { openid, sub_openid }: Json = parseBody(Buffer.from(body))
  return [openid, sub_openid].map(text).filter((id) => id !== '')
}

/** Whose answers these are: a line for each customer and order, sorted. Empty where no answer names a customer. */
export const customersText = (lines: readonly AnswerLine[], key: string): string => {
  const customers = lines.flatMap((line) =>
    openidsOf(line).map((openid) => customerLine({ customer: customerOf(key, openid), pk: rowKey(line) })),
  )
  return [...new Set(customers)].sort().join('')
}

export type Customer = { readonly customer: string; readonly pk: string }

export const customerLine = ({ customer, pk }: Customer): string => {
  const { mchid, out_order_no } = readRowKey(pk)
  return `${customer} ${mchid} ${out_order_no}\n`
}

export const readCustomers = (list: string): readonly Customer[] =>
  list
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([customer = '', mchid = '', out_order_no = '']) =>
      customer === '' ? [] : [{ customer, pk: rowKey({ mchid, out_order_no }) }],
    )
