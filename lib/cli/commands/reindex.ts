import type { Command } from 'commander'
import { reindex } from '../../ledger/transitions/waiting-index.ts'
import { addLedgerOptions, connect, type LedgerOptions } from '../aws/connect.ts'
import { addCommand, addExamples } from '../help.ts'
import { whoseOf } from '../order/find.ts'
import { rowsOf } from '../order/rows.ts'
import { createProgress, type Session } from '../session.ts'

type Options = LedgerOptions & { readonly dryRun?: boolean }

/** `reindex`: adds orders that need a person to the `waits` index, if they are older than the index. */
export const addReindex = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'reindex', {
    en: 'Once after an upgrade from 1.0: index the orders that waited for a person before, those of sub-merchants, and double charges.',
    zh: '从 1.0 升级后运行一次:将此前已在等待人工处理的订单、子商户的订单和疑似重复支付写入索引。',
  }).option('--dry-run', t({ en: 'only say what would be done', zh: '仅显示将执行的操作' }))
  addLedgerOptions(command, session).action(async (options: Options) => done(await reindexRows(options, session)))
  addExamples(
    command,
    session,
    ['npx payscore reindex --dry-run --local', 'npx payscore reindex --stack payscore-sync-prod'],
    {
      en: 'Reads the whole table (dynamodb:Scan) and writes where the index is not right (dynamodb:UpdateItem, which OperatorPolicy does not give: an administrator runs this). Orders that go on meanwhile are left alone, since every write keeps the index; it may be run again.',
      zh: '读取整张表(dynamodb:Scan),仅改写索引有误的订单(dynamodb:UpdateItem,OperatorPolicy 不含此权限,请由管理员运行)。运行期间有变化的订单会自行更新索引,不受影响;可重复运行。',
    },
  )
}

const reindexRows = async (options: Options, session: Session): Promise<number> => {
  const { t, note } = session
  const part = { by: 'scan', whose: whoseOf(options, session) } as const
  const connection = await connect(options, session)
  const progress = createProgress(session)
  let read = 0
  let indexed = 0
  const seen = (count: number) => {
    read = count
    progress.tell(t({ en: `${count} orders read`, zh: `已读取 ${count} 个订单` }))
  }
  for await (const { row } of rowsOf(part, connection, {}, seen)) {
    const transition = reindex(row)
    if (!transition) continue
    if (options.dryRun || (await connection.ledger.apply(transition))) indexed += 1
  }
  progress.end()
  if (options.json) session.json({ dry_run: options.dryRun === true, read, indexed })
  else if (options.dryRun)
    note(
      t({ en: `${read} orders read, ${indexed} to be indexed`, zh: `已读取 ${read} 个订单,${indexed} 个需写入索引` }),
    )
  else note(t({ en: `${read} orders read, ${indexed} indexed`, zh: `已读取 ${read} 个订单,${indexed} 个已写入索引` }))
  return 0
}
