import type { Command } from 'commander'
import { CliError } from '../two-languages.ts'
import { checkValues } from './check-values.ts'
import { addAnnounce } from './commands/announce.ts'
import { addAudit } from './commands/audit.ts'
import { addDecisions } from './commands/decisions.ts'
import { addDoctor } from './commands/doctor.ts'
import { addErase } from './commands/erase.ts'
import { addList } from './commands/list.ts'
import { addMerchantPut } from './commands/merchant-put.ts'
import { addReceipt } from './commands/receipt.ts'
import { addReceiptVerify } from './commands/receipt-verify.ts'
import { addRedrive } from './commands/redrive.ts'
import { addReindex } from './commands/reindex.ts'
import { addSilent } from './commands/silent.ts'
import { addReport, addStatement } from './commands/statement.ts'
import { addStatus } from './commands/status.ts'
import { addTrigger } from './commands/trigger.ts'
import { errorText } from './errors.ts'
import { createProgram, parserExitCode } from './help.ts'
import { createSession, type Io, type Session } from './session.ts'

/** Runs one command line and gives its exit code: 0 done, 1 not done, 2 wrong command line. Never throws. */
export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  const session = createSession(io)
  let exitCode = 0
  const program = buildProgram(session, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    return parserExitCode(error) ?? tellError(error, session)
  }
}

/**
 * Builds every command with its options, in the language of the session. `done` receives the exit code of the command.
 */
export const buildProgram = (session: Session, done: (code: number) => void): Command => {
  const { t } = session
  const program = createProgram(session).description(
    t({
      en: 'Everything that a merchant’s engineer does by hand with payscore-sync.',
      zh: 'payscore-sync 运维命令。',
    }),
  )
  const merchant = program
    .command('merchant')
    .description(t({ en: 'A merchant’s credentials: put.', zh: '商户证书与密钥:put。' }))
  addMerchantPut(merchant, session, done)
  addDoctor(program, session, done)
  addTrigger(program, session, done)
  addStatus(program, session, done)
  addList(program, session, done)
  addDecisions(program, session, done)
  addRedrive(program, session, done)
  addAnnounce(program, session, done)
  addReindex(program, session, done)
  addStatement(program, session, done)
  addReport(program, session, done)
  addSilent(program, session, done)
  addAudit(program, session, done)
  addErase(program, session, done)
  addReceiptVerify(addReceipt(program, session, done), session, done)
  checkValues(program, session)
  return program
}

const tellError = (error: unknown, session: Session): number => {
  session.note(session.paint('red', session.t(errorText(error))))
  return error instanceof CliError ? error.exitCode : 1
}
