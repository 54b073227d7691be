import type { Command } from 'commander'
import { historyOf, nextOf } from '../../views/order-history.ts'
import { orderView } from '../../views/order-view.ts'
import { addLedgerOptions, connect, type LedgerOptions } from '../aws/connect.ts'
import { addCommand, addExamples } from '../help.ts'
import { findRow } from '../order/find.ts'
import { tellRow } from '../order/view.ts'
import type { Session } from '../session.ts'

/** `status ORDER`: prints the row of an order for a person. */
export const addStatus = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'status', {
    en: 'How an order stands: what happened, when, by whose answer, and what comes next.',
    zh: '查看订单:发生了什么、何时、依据谁的应答、下一步是什么。',
  }).argument(
    '<order>',
    t({ en: 'order number, MCHID/NUMBER or transaction_id', zh: '商户服务订单号、商户号/订单号或微信支付订单号' }),
  )
  addLedgerOptions(command, session).action(async (order: string, options: LedgerOptions) =>
    done(await status(order, options, session)),
  )
  addExamples(
    command,
    session,
    [
      'npx payscore status 1234323JKHDFE1243252 --stack payscore-sync-prod',
      'npx payscore status 1900000109/1234323JKHDFE1243252 --local',
      'npx payscore status 4200001234202611240123456789 --stack payscore-sync-prod',
    ],
    {
      en: 'An order number costs one read for each merchant. A transaction_id has no index: the whole table is scanned for it (dynamodb:Scan).',
      zh: '按订单号查询时,每个商户读取一次。微信支付订单号没有索引:需扫描整张表(dynamodb:Scan)。',
    },
  )
}

const status = async (order: string, options: LedgerOptions, session: Session): Promise<number> => {
  const row = await findRow(order, options, await connect(options, session), session)
  if (!options.json) {
    tellRow(row, session)
    return 0
  }
  const next = nextOf(row)
  session.json({
    ...orderView(row),
    history: historyOf(row).map(({ at, by, what }) => ({ at: new Date(at).toISOString(), by, what: session.t(what) })),
    ...(next && { comes_next: { at: new Date(next.at).toISOString(), what: session.t(next.what) } }),
  })
  return 0
}
