import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Command } from 'commander'
import { clientSettings } from '../../aws/client.ts'
import { createLedger, type Ledger } from '../../aws/ledger.ts'
import type { Session } from '../session.ts'
import { CliError } from '../words.ts'
import { enterLocalWorld } from './local-world.ts'
import { stackOutputs } from './stack.ts'

export type LedgerOptions = {
  readonly json?: boolean
  readonly table?: string
  readonly stack?: string
  readonly local?: boolean
  readonly mchid?: string
}

/** The ledger with the caller's own credentials. */
export type Connection = { readonly ledger: Ledger; readonly client: DynamoDBClient; readonly table: string }

/** The options of every command that looks into the ledger. */
export const addLedgerOptions = (command: Command, { t }: Session): Command =>
  command
    .option(
      '--mchid <mchid>',
      t({
        en: 'of this merchant; else all of MERCHANTS or merchants.json',
        zh: '商户号;不填则为 MERCHANTS 或 merchants.json 中的全部商户',
      }),
    )
    .option('--table <name>', t({ en: 'the ledger’s table (LEDGER_TABLE)', zh: '同步台账的表名(LEDGER_TABLE)' }))
    .option(
      '--stack <name>',
      t({ en: 'a deployed stack, to take table, bus and queues from', zh: '已部署的堆栈,从中读取表、事件总线和队列' }),
    )
    .option('--local', t({ en: 'the world that npm start keeps up', zh: '使用 npm start 启动的本地环境' }))

export const connect = async (options: LedgerOptions, session: Session): Promise<Connection> => {
  if (options.local) enterLocalWorld(session)
  const table = await tableName(options, session)
  const client = new DynamoDBClient(clientSettings)
  return { client, table, ledger: createLedger(client, table) }
}

const tableName = async ({ table, stack }: LedgerOptions, { env }: Session): Promise<string> => {
  const name = table ?? (stack === undefined ? env.LEDGER_TABLE : (await stackOutputs(stack)).get('LedgerTable'))
  if (name) return name
  throw new CliError(
    {
      en: 'which ledger? Say --stack NAME, --table NAME or --local, or set LEDGER_TABLE',
      zh: '请指定台账:--stack 堆栈名、--table 表名或 --local,或设置 LEDGER_TABLE',
    },
    2,
  )
}
