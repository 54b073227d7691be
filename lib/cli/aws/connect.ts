import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Command } from 'commander'
import { createLedger, type Ledger } from '../../aws/ledger.ts'
import { CliError } from '../../two-languages.ts'
import type { Session } from '../session.ts'
import { cliClientSettings } from './client.ts'
import { enterLocalWorld } from './local-world.ts'
import { stackOutputs } from './stack.ts'

export type LedgerOptions = {
  readonly json?: boolean
  readonly table?: string
  readonly stack?: string
  readonly local?: boolean
  readonly mchid?: string
}

/** The ledger, with the caller's own credentials; with a stack also its HTTP API. */
export type Connection = {
  readonly ledger: Ledger
  readonly client: DynamoDBClient
  readonly table: string
  readonly api?: string
}

export const localOption = (t: Session['t']) =>
  ['--local', t({ en: 'the world that npm start keeps up', zh: '使用 npm start 启动的本地环境' })] as const

/** The options of every command that reads the ledger. */
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
    .option(...localOption(t))

export const connect = async (options: LedgerOptions, session: Session): Promise<Connection> => {
  if (options.local) enterLocalWorld(session)
  const { table: named, stack } = options
  // With --table, no HTTP API is used, since the API of the stack may work on another table.
  const outputs = named === undefined && stack !== undefined ? await stackOutputs(stack) : undefined
  const table = named ?? (outputs ? outputs.get('LedgerTable') : session.env.LEDGER_TABLE)
  if (!table) throw new CliError(WHICH_LEDGER, 2)
  const client = new DynamoDBClient(cliClientSettings)
  const api = outputs?.get('HttpApiUrl')
  return { client, table, ledger: createLedger(client, table), ...(api && { api }) }
}

const WHICH_LEDGER = {
  en: 'which ledger? Say --stack NAME, --table NAME or --local, or set LEDGER_TABLE',
  zh: '请指定台账:--stack 堆栈名、--table 表名或 --local,或设置 LEDGER_TABLE',
}
