import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { Command } from 'commander'
import { isScheduledAgain, refusedDay } from '../../audit/bill-day.ts'
import { outcomeText } from '../../audit/day-page.ts'
import type { daySummary, foundEntry } from '../../audit/day-report.ts'
import { FOUND_CLASSES } from '../../audit/found.ts'
import { createRequestHandler } from '../../aws/sdk/request-handler.ts'
import { chinaDay, daysBefore, readableTime } from '../../china-time.ts'
import { parseMembers } from '../../json.ts'
import { LIMITS } from '../../limits.ts'
import { yuan } from '../../money.ts'
import { CliError } from '../../two-languages.ts'
import { localOption } from '../aws/connect.ts'
import { enterLocalWorld } from '../aws/local-world.ts'
import { stackOutputs } from '../aws/stack.ts'
import { wrongValue } from '../check-values.ts'
import { addCommand, addExamples } from '../help.ts'
import { createProgress, type Session } from '../session.ts'

type Options = {
  readonly json?: boolean
  readonly day?: string
  readonly mchid?: string
  readonly stack?: string
  readonly local?: boolean
}

/** `audit`: has the function compare the trade bill of a day with the ledger, also one that was compared before. */
export const addAudit = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'audit', {
    en: 'Compare WeChat Pay’s trade bill of a day with the ledger.',
    zh: '将微信支付某日的交易账单与同步台账核对。',
  })
    .option('--day <yyyymmdd>', t({ en: 'the day of the bill; else yesterday', zh: '账单日期;不填则为昨天' }))
    .option('--mchid <mchid>', t({ en: 'of this merchant; else of all', zh: '商户号;不填则为全部商户' }))
    .option('--stack <name>', t({ en: 'the deployed stack', zh: '已部署的堆栈' }))
    .option(...localOption(t))
  command.action(async (options: Options) => done(await audit(options, session)))
  addExamples(command, session, ['npx payscore audit --stack payscore-sync-prod', 'npx payscore audit --local'], {
    en: 'The schedule compares each day by itself; this does it again. WeChat Pay has a bill from ten the next morning, for three months. The bill alone changes no order: those that differ are queried, and the signed answer decides. Exit code 1 when a bill could not be compared.',
    zh: '每日由定时计划自动核对,本命令用于再次核对。微信支付次日十点后提供账单,可取三个月内的。账单本身不改变订单:有出入的订单会再次查单,以签名应答为准。有账单未能核对时,退出码为 1。',
  })
}

type Bill = { readonly mchid: string; readonly day: string } & (
  | ({ readonly kind?: undefined; readonly found: readonly ReturnType<typeof foundEntry>[] } & ReturnType<
      typeof daySummary
    >)
  | { readonly kind: 'not claimed' | 'fenced' | 'failed' }
)
type Reply = { readonly bills: readonly Bill[]; readonly left: number }

const audit = async (options: Options, session: Session): Promise<number> => {
  if (options.local) enterLocalWorld(session)
  const day = options.day ?? daysBefore(chinaDay(session.now()), 1)
  if (refusedDay(day, session.now()) !== undefined) throw wrongValue('--day', day, NO_DAY)
  const progress = createProgress(session)
  const waiting = setInterval(() => progress.tell(session.t({ en: 'being compared …', zh: '正在核对……' })), 500)
  try {
    const task = { day, ...mchidOf(options), again: true }
    const reply = options.local
      ? await invoke('audit', task, session.env.PAYSCORE_LAMBDA)
      : await invoke(await functionOf(options.stack), task)
    progress.end()
    return tellReply(reply, options, session)
  } finally {
    clearInterval(waiting)
  }
}

const NO_DAY = {
  en: 'must be a day like 20261123, over in China and at most three months ago',
  zh: '格式如 20261123,须为已过去且不超过三个月的日期(北京时间)',
}

const mchidOf = ({ mchid }: Options) => (mchid === undefined ? {} : { mchid })

const functionOf = async (stack: string | undefined): Promise<string> => {
  if (stack === undefined)
    throw new CliError(
      { en: 'which stack? Say --stack NAME or --local', zh: '请用 --stack 指定堆栈,或使用 --local' },
      2,
    )
  const name = (await stackOutputs(stack)).get('AuditFunction')
  if (name !== undefined) return name
  throw new CliError({
    en: `${stack} has no output AuditFunction: deploy this version of payscore-sync first`,
    zh: `${stack} 没有输出 AuditFunction:请先部署本版本的 payscore-sync`,
  })
}

/** Waits as long as the function may run, and does not start it twice. @param endpoint of the local world's Lambda */
const invoke = async (FunctionName: string, task: object, endpoint?: string): Promise<Reply> => {
  const client = new LambdaClient({
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 1,
    requestHandler: createRequestHandler({
      connectionTimeout: LIMITS.commandConnect,
      requestTimeout: LIMITS.auditTimeout + LIMITS.commandRequest,
    }),
  })
  const Payload = Buffer.from(JSON.stringify(task))
  const { Payload: answer = '', FunctionError } = await client.send(new InvokeCommand({ FunctionName, Payload }))
  const members = parseMembers(answer)
  if (FunctionError === undefined && Array.isArray(members.bills)) return members as Reply // of our own function
  // A function that threw: Lambda's payload has its errorMessage.
  const problem = typeof members.errorMessage === 'string' ? members.errorMessage : (FunctionError ?? 'no answer')
  throw new CliError({
    en: `the bill was not compared: ${problem}. Look at the log of function audit.`,
    zh: `账单未能核对:${problem}。请查看 audit 函数日志。`,
  })
}

const tellReply = ({ bills, left }: Reply, { json }: Options, session: Session): number => {
  const isWhole = left === 0 && bills.every((bill) => isCompared(bill, session.now()))
  if (json) session.json({ bills, left })
  else for (const bill of bills) tellBill(bill, session)
  if (left > 0)
    session.note(
      session.t({
        en: `${left} more bills were left for want of time: run it again.`,
        zh: `另有 ${left} 份账单因时间不足未核对:请再次运行。`,
      }),
    )
  return isWhole ? 0 : 1
}

/** A line whose order is being asked about is classed by the next run, and of an old day there is none. */
const isCompared = (bill: Bill, now: number): boolean => {
  if (bill.kind !== undefined) return false
  return bill.outcome === 'asked' ? isScheduledAgain(bill.day, now) : ['agreed', 'no_bill'].includes(bill.outcome)
}

const tellBill = (bill: Bill, { t, tell, paint, now }: Session): void => {
  const isGood = isCompared(bill, now())
  const what = `${readableTime(bill.day)} ${bill.mchid}${t({ en: ': ', zh: ':' })}`
  tell(`${isGood ? paint('green', '✓') : paint('red', '✗')} ${what}${t(textOf(bill, now()))}`, 2)
  if (bill.kind !== undefined) return
  for (const { class: name, out_order_no, transaction_id, amount } of bill.found) {
    const { en, zh } = FOUND_CLASSES[name]
    const facts = [out_order_no, amount !== undefined && `¥${yuan(amount)}`, transaction_id].filter(Boolean)
    tell(`  ${facts.join(' · ')}`, 4)
    tell(`    ${t({ en: `${en.meaning}. ${en.next}`, zh: `${zh.meaning}。${zh.next}` })}`, 4)
  }
}

const textOf = (bill: Bill, now: number) => {
  if (bill.kind === 'failed') return { en: 'failed: see the log of function audit', zh: '失败:请查看 audit 函数日志' }
  if (bill.kind !== undefined)
    return { en: 'another run is at it: try again later', zh: '正由另一次运行核对,请稍后重试' }
  const { en, zh } = outcomeText(bill, now)
  const reason = bill.reason === undefined ? '' : ` (${bill.reason})`
  return { en: `${en}${reason}`, zh: `${zh}${reason}` }
}
