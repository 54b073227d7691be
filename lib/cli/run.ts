import { ConfigError, InputError, UnavailableError } from '../errors.ts'
import { addDecisions } from './commands/decisions.ts'
import { addDoctor } from './commands/doctor.ts'
import { addList } from './commands/list.ts'
import { addMerchantPut } from './commands/merchant-put.ts'
import { addReceipt } from './commands/receipt.ts'
import { addReceiptVerify } from './commands/receipt-verify.ts'
import { addRedrive } from './commands/redrive.ts'
import { addReport, addStatement } from './commands/statement.ts'
import { addStatus } from './commands/status.ts'
import { addTrigger } from './commands/trigger.ts'
import { createProgram, parserExitCode } from './help.ts'
import { createSession, type Io, type Session } from './session.ts'
import { CliError, type Text } from './words.ts'

/** Runs one command line and gives its exit code: 0 done, 1 not done, 2 the command line was wrong. Never throws. */
export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  const session = createSession(io)
  const { t } = session
  let exitCode = 0
  const done = (code: number) => {
    exitCode = code
  }
  const program = createProgram(session).description(
    t({
      en: 'Everything that a merchant’s engineer does by hand with payscore-sync.',
      zh: 'payscore-sync 运维命令。',
    }),
  )
  const merchant = program
    .command('merchant')
    .description(t({ en: 'A merchant’s credentials: put.', zh: '商户密钥:put。' }))
  addMerchantPut(merchant, session, done)
  addDoctor(program, session, done)
  addTrigger(program, session, done)
  addStatus(program, session, done)
  addList(program, session, done)
  addDecisions(program, session, done)
  addRedrive(program, session, done)
  addStatement(program, session, done)
  addReport(program, session, done)
  addReceiptVerify(addReceipt(program, session, done), session, done)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    return parserExitCode(error) ?? tellError(error, session)
  }
}

const tellError = (error: unknown, session: Session): number => {
  session.note(session.paint('red', session.t(errorText(error))))
  return error instanceof CliError ? error.exitCode : 1
}

/** Our own errors word themselves. Of any other only what AWS calls it is told: a message may quote what was read. */
const errorText = (error: unknown): Text => {
  if (error instanceof CliError) return error.text
  if (error instanceof ConfigError || error instanceof InputError || error instanceof UnavailableError)
    return { en: error.message, zh: error.message }
  const name = error instanceof Error ? error.name : 'unknown error'
  const known = AWS_ERRORS.find(([pattern]) => pattern.test(name))?.[1]
  const fault = { en: `failed: ${name}`, zh: `失败:${name}` }
  return known ? { en: `${name}: ${known.en}`, zh: `${name}:${known.zh}` } : fault
}

const AWS_ERRORS: readonly (readonly [RegExp, Text])[] = [
  [
    /Credentials|UnrecognizedClient|ExpiredToken|InvalidClientTokenId/,
    {
      en: 'no credentials that AWS takes. Log in (aws sso login), or set AWS_PROFILE.',
      zh: '没有可用的 AWS 凭证。请登录(aws sso login)或设置 AWS_PROFILE。',
    },
  ],
  [
    /AccessDenied|NotAuthorized|UnauthorizedOperation/,
    {
      en: 'your identity may not do this. It needs the stack’s OperatorPolicy, or an administrator.',
      zh: '当前身份没有权限。请附加堆栈输出的 OperatorPolicy,或联系管理员。',
    },
  ],
  [
    /ResourceNotFound|NonExistentQueue|QueueDoesNotExist/,
    {
      en: 'there is no such table, queue or secret in this region. Check AWS_REGION, --stack and --table.',
      zh: '该区域没有此表、队列或密钥。请检查 AWS_REGION、--stack 和 --table。',
    },
  ],
  [/ConfigError|Region/, { en: 'no region. Set AWS_REGION.', zh: '未设置区域。请设置 AWS_REGION。' }],
  [
    /ECONN|ENOTFOUND|Timeout|Network/,
    { en: 'AWS could not be reached. Check network and AWS_REGION.', zh: '无法连接 AWS。请检查网络和 AWS_REGION。' },
  ],
]
