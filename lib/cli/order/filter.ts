import type { Command } from 'commander'
import { readAge } from '../../age.ts'
import { type Row, STATES, type State } from '../../ledger/row.ts'
import { waitsForOperator } from '../../ledger/transitions/waiting-index.ts'
import type { Text } from '../../two-languages.ts'
import type { LedgerOptions } from '../aws/connect.ts'
import { wrongValue } from '../check-values.ts'
import type { Session } from '../session.ts'
import { mchidsOf, whoseOf } from './find.ts'
import type { Part } from './rows.ts'

export type FilterOptions = LedgerOptions & {
  readonly state?: string
  readonly reason?: string
  readonly olderThan?: string
  readonly day?: string
  readonly shop?: string
  readonly needsPerson?: boolean
  readonly underWay?: boolean
  readonly cases?: boolean
  readonly all?: boolean
}

export const addFilterOptions = (command: Command, session: Session): Command =>
  addFurtherFilters(
    command.option(
      '--reason <word>',
      session.t({
        en: 'reason, verdict, code or refusal: config, busy, paid_less, SIGN_ERROR …',
        zh: '原因、判定或错误码:config、busy、paid_less、SIGN_ERROR …',
      }),
    ),
    session,
  )

export const addStateOption = (command: Command, { t }: Session): Command =>
  command.option(
    '--state <state>',
    t({
      en: STATES.join(', '),
      zh: `状态:${STATES.join('、')}`,
    }),
  )

/** Adds all filters except the reason. */
export const addFurtherFilters = (command: Command, { t }: Session): Command =>
  command
    .option(
      '--older-than <age>',
      t({ en: 'taken up longer ago than 15m, 2h, 3d', zh: '开始处理的时间早于 15m、2h、3d' }),
    )
    .option(
      '--day <yyyymmdd>',
      t({ en: 'paid on this day in China time, or YYYYMMDD..YYYYMMDD', zh: '收款日期(北京时间),或 起..止' }),
    )
    .option('--shop <shop_id>', t({ en: 'of this shop', zh: '门店' }))

/** Builds the filter on rows. Throws CliError if an option cannot be read. */
export const readFilter = (options: FilterOptions, now: number): ((row: Row) => boolean) => {
  const olderThan = options.olderThan === undefined ? undefined : readAge(options.olderThan)
  if (options.olderThan !== undefined && olderThan === undefined)
    throw wrongValue('--older-than', options.olderThan, like('15m, 2h, 3d'))
  return (row) =>
    (options.reason === undefined || reasonsOf(row).includes(options.reason)) &&
    (olderThan === undefined || now - row.created_at >= olderThan) &&
    (options.shop === undefined || row.shop_id === options.shop) &&
    (!options.needsPerson || waitsForOperator(row))
}

/** `closed by hand: …` is also found by `closed by hand`. */
const reasonsOf = ({ reason = '', last_error }: Row): readonly (string | undefined)[] => [
  reason,
  reason.split(':')[0],
  last_error?.verdict,
  last_error?.code,
  last_error?.refusal,
]

/**
 * The smallest part of the ledger that contains every selected order: the index of a day, the index of due rows
 * (PENDING and HELD rows are always in it), or the whole table for other states. Without a filter: the orders that need
 * a person.
 */
export const partOf = (options: FilterOptions, session: Session): Part => {
  const whose = whoseOf(options, session)
  const state = readState(options.state)
  if (options.day !== undefined)
    return { by: 'day', whose, mchids: mchidsOf(options, session), days: readDays(options.day), state }
  if (options.cases) return { by: 'case', whose, state }
  if (options.all) return { by: 'scan', whose, state }
  if (options.underWay || state === 'PENDING' || state === 'HELD') return { by: 'due', whose, state }
  return { by: state === undefined ? 'waits' : 'scan', whose, state }
}

const readState = (text: string | undefined): State | undefined => {
  const state = STATES.find((one) => one === text?.toUpperCase())
  if (text !== undefined && !state) throw wrongValue('--state', text, STATE)
  return state
}

const DAY_MS = 86_400_000

const readDays = (text: string): readonly string[] => {
  const digits = text.replaceAll(/(\d{4})-(\d\d)-(\d\d)/g, '$1$2$3')
  const [, first = '', last = first] = /^(\d{8})(?:\.\.(\d{8}))?$/.exec(digits) ?? []
  const from = dayMs(first)
  const to = dayMs(last)
  if (Number.isNaN(from) || Number.isNaN(to) || to < from || to - from > 366 * DAY_MS)
    throw wrongValue('--day', text, like('20261124, 20261101..20261124'))
  return Array.from({ length: (to - from) / DAY_MS + 1 }, (_, i) => dayOf(from + i * DAY_MS))
}

/** Date.parse accepts 31 days in each month, so a day that does not exist is rejected here. */
const dayMs = (digits: string): number => {
  const ms = Date.parse(digits.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3T00:00:00Z'))
  return !Number.isNaN(ms) && dayOf(ms) === digits ? ms : Number.NaN
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')

const STATE: Text = { en: `must be one of ${STATES.join(', ')}`, zh: `可选值:${STATES.join('、')}` }

const like = (examples: string): Text => ({
  en: `must be like ${examples}`,
  zh: `格式不正确,示例:${examples.replaceAll(', ', '、')}`,
})
