import { chinaDay, formatChinaTime } from '../../lib/china-time.ts'
import type { World } from '../../lib/local/world.ts'
import { HOUR, MINUTE } from './orders.ts'

/** What the built audit said of one bill. */
export type AuditedBill = {
  readonly mchid: string
  readonly day: string
  readonly outcome: string
  readonly reason?: string
  readonly classes: Readonly<Record<string, number>>
  readonly found: readonly Readonly<Record<string, unknown>>[]
}

/** Today in China, yyyyMMdd. */
export const today = ({ clock }: World): string => chinaDay(clock.now())

/** Lets time pass until the next time that it is this hour in China. */
export const passUntilHour = async (world: World, hour: number): Promise<void> => {
  do await world.pass(10 * MINUTE)
  while (Number(formatChinaTime(world.clock.now()).slice(8, 10)) !== hour)
}

/** Lets time pass until the audit of the next day begins in China. Gives the day that is over then. */
export const passToNextAudit = async (world: World): Promise<string> => {
  const day = today(world)
  while (today(world) === day) await world.pass(HOUR)
  await passUntilHour(world, 10)
  return day
}

/** Runs the built audit; gives what it said of each bill, and its metrics. */
export const runAudit = async (world: World, task: object = {}) => {
  const { result, logs } = await world.runAudit(task)
  const { bills } = result as { readonly bills: readonly AuditedBill[] }
  const line = logs.find((text) => text.includes('"_aws"')) ?? '{}'
  return { bills, metrics: JSON.parse(line) as Readonly<Record<string, unknown>> }
}

/** What the schedule's next run says of one bill; undefined where the day was done before. */
export const auditBill = async (world: World, key: { readonly mchid: string; readonly day: string }) => {
  const { bills, metrics } = await runAudit(world)
  const bill = bills.find(({ mchid, day, classes }) => mchid === key.mchid && day === key.day && classes)
  return bill && { ...bill, classes: foundClasses(bill), metrics }
}

/** The classes of which there was a line, but for trades that concern no order. */
export const foundClasses = ({ classes }: Pick<AuditedBill, 'classes'>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(classes).filter(([name, count]) => count > 0 && name !== 'plain'))
