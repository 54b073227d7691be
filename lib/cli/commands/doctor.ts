import type { Command } from 'commander'
import { VARIABLES } from '../../config/config.ts'
import { CliError } from '../../two-languages.ts'
import { localOption } from '../aws/connect.ts'
import { enterLocalWorld } from '../aws/local-world.ts'
import { stackOutputs } from '../aws/stack.ts'
import { bad, type Check, type Finding, look, ok } from '../doctor/check.ts'
import { busChecks, closedChecks, quotaCheck, tableCheck } from '../doctor/deployment.ts'
import { machineChecks } from '../doctor/machine.ts'
import { modeChecks } from '../doctor/mode.ts'
import { wechatpayChecks } from '../doctor/wechatpay.ts'
import { addCommand, addExamples } from '../help.ts'
import { readServed } from '../merchants-file.ts'
import { createProgress, type Session } from '../session.ts'

type Options = { readonly json?: boolean; readonly stack?: string; readonly local?: boolean; readonly live?: boolean }

/** `doctor`: checks each part of the machine and the deployment, and says what to do about it. */
export const addDoctor = (program: Command, session: Session, done: (code: number) => void): void => {
  const { t } = session
  const command = addCommand(program, session, 'doctor', {
    en: 'Look at machine and deployment: each part green, or red with what to do.',
    zh: '检查本机和部署:逐项检查,异常标红并给出处理办法。',
  })
    .option(
      '--stack <name>',
      t({ en: 'a deployed stack, to take table and bus from', zh: '已部署的堆栈,从中读取表和事件总线' }),
    )
    .option(...localOption(t))
    .option(
      '--live',
      t({
        en: 'also make a signed call that changes nothing (POST /v3/security/echo)',
        zh: '同时发送一个不改变任何数据的签名请求(POST /v3/security/echo)',
      }),
    )
    .action(async (options: Options) => done(await doctor(options, session)))
  addExamples(
    command,
    session,
    ['npx payscore doctor --stack payscore-sync-prod --live', 'npx payscore doctor --local'],
    {
      en: 'Merchants are those of MERCHANTS or merchants.json; LEDGER_TABLE, EVENT_BUS, SECRETS_PREFIX and WECHATPAY_ORIGIN count as in the functions. Exit code 1 when a part is red.',
      zh: '商户取自 MERCHANTS 或 merchants.json;LEDGER_TABLE、EVENT_BUS、SECRETS_PREFIX 和 WECHATPAY_ORIGIN 与函数中含义相同。有异常项时退出码为 1。',
    },
  )
}

const doctor = async (options: Options, session: Session): Promise<number> => {
  if (options.local) enterLocalWorld(session)
  const checks = await checksOf(options, session)
  const progress = createProgress(session)
  const findings = await Promise.all(
    checks.map(async (check) => {
      const finding = await look(check)
      progress.tell(session.t(check.title))
      return { check, finding }
    }),
  )
  progress.end()
  const reds = findings.filter(({ finding }) => finding.state === 'bad').length
  if (options.json) {
    const { t } = session
    session.json({
      ok: reds === 0,
      checks: findings.map(({ check: { name }, finding: { state, found, mend } }) => ({
        name,
        state,
        found: t(found),
        ...(mend && { mend: t(mend) }),
      })),
    })
  } else tell(findings, reds, session)
  return reds === 0 ? 0 : 1
}

const checksOf = async (options: Options, session: Session): Promise<readonly Check[]> => {
  const { env, now, machineNow } = session
  const outputs = options.stack === undefined ? undefined : await stackOutputs(options.stack)
  const table = outputs?.get('LedgerTable') ?? env.LEDGER_TABLE
  const bus = outputs?.get('EventBusName') ?? env.EVENT_BUS
  const { served, problems } = readServed(session)
  const { signers } = served
  return [
    ...machineChecks(env),
    merchantsCheck(problems, signers.length),
    tableCheck(table),
    ...busChecks(bus, signers),
    quotaCheck(env),
    ...wechatpayChecks({
      served,
      prefix: env.SECRETS_PREFIX || VARIABLES.SECRETS_PREFIX,
      origin: readOrigin(env.WECHATPAY_ORIGIN || VARIABLES.WECHATPAY_ORIGIN),
      live: options.live === true,
      now,
      machineNow,
    }),
    ...modeChecks(signers),
    ...closedChecks(table, signers),
  ]
}

const readOrigin = (text: string): URL => {
  const origin = URL.parse(text)
  if (origin) return origin
  throw new CliError({ en: `WECHATPAY_ORIGIN is no URL: ${text}`, zh: `WECHATPAY_ORIGIN 不是 URL:${text}` }, 2)
}

const merchantsCheck = (problems: readonly string[], count: number): Check => ({
  name: 'merchants',
  title: { en: 'merchants', zh: '商户配置' },
  look: async () => {
    if (problems.length === 0) return ok(`${count} served`, `${count} 个`)
    const said = problems.join('; ')
    return bad(
      { en: said, zh: said },
      {
        en: 'Mend merchants.json (or MERCHANTS) as docs/configuration.md says.',
        zh: '请按 docs/zh/configuration.md 修改 merchants.json(或 MERCHANTS)。',
      },
    )
  },
})

type Found = { readonly check: Check; readonly finding: Finding }

const MARKS = {
  ok: ['✓', 'green'],
  note: ['!', 'yellow'],
  bad: ['✗', 'red'],
  skipped: ['–', 'dim'],
} as const

const tell = (findings: readonly Found[], reds: number, { t, say, paint }: Session): void => {
  for (const { check, finding } of findings) {
    const [mark, colour] = MARKS[finding.state]
    const colon = t({ en: ': ', zh: ':' })
    say(`${paint(colour, mark)} ${t(check.title)}${colon}${t(finding.found)}`)
    if (finding.mend) say(`  → ${t(finding.mend)}`)
  }
  say(
    reds === 0
      ? paint('green', t({ en: 'All is well.', zh: '一切正常。' }))
      : paint('red', t({ en: `${reds} to mend.`, zh: `${reds} 项需要处理。` })),
  )
}
