import pLimit from 'p-limit'
import { chinaDay, chinaTimeMs } from '../../china-time.ts'
import { answerOf, readLines } from '../../evidence/answer-line.ts'
import { type KeyFile, keyObject, readKeyText } from '../../evidence/key-files.ts'
import { dayFolder, objectKey } from '../../evidence/places.ts'
import { answersInRow } from '../../ledger/answers-in-row.ts'
import type { SignedAnswer } from '../../ledger/packed-answer.ts'
import { type OrderKey, type Row, rowKey } from '../../ledger/row.ts'
import { provedAt, takenAt } from '../../ledger/signed-answers.ts'
import { CliError } from '../../two-languages.ts'
import { wrongValue } from '../check-values.ts'
import type { EvidenceReader } from './store.ts'

/** The days in China (yyyyMMdd) in which answers are looked for. */
export type Days = { readonly day?: string; readonly from?: string; readonly to?: string }

const DAY_MS = 86_400_000
const PARALLEL = 16

/** Throws CliError for what is no day, before anything is looked for. */
export const checkDays = ({ day, from, to }: Days): void => {
  for (const [name, value] of Object.entries({ '--day': day, '--from': from, '--to': to }))
    if (value !== undefined && !/^\d{8}$/.test(value))
      throw wrongValue(name, value, { en: 'must be a day like 20261124', zh: '须为日期,示例:20261124' })
}

/** Each day that the options name, or those since `first`. */
export const daysOf = ({ day, from = day, to = day }: Days, first: string, now: number): readonly string[] => {
  const start = chinaTimeMs(from ?? first)
  const end = to === undefined ? now : chinaTimeMs(to)
  if (end < start) throw wrongValue('--to', String(to), { en: 'is before the first day', zh: '早于开始日期' })
  return Array.from({ length: Math.floor((end - start) / DAY_MS) + 1 }, (_, index) => chinaDay(start + index * DAY_MS))
}

/** What was kept without a row is looked for in so many days, if nobody says in which. */
export const WITHOUT_ROW_DAYS = 7

/**
 * The signed answers of an order, the oldest first: those that its row still holds, those where the row says that they are
 * kept, and, if one is missing that the row tells of or a day is asked for, whatever those days have of the order.
 */
export const collectAnswers = async (
  key: OrderKey,
  row: Row | undefined,
  evidence: EvidenceReader | undefined,
  days: Days,
  now: number,
): Promise<readonly SignedAnswer[]> => {
  const found = new Map<string, SignedAnswer>()
  const add = (answers: readonly SignedAnswer[]) => {
    for (const answer of answers) found.set(`${answer.answers} ${answer.out_refund_no ?? ''} ${answer.nonce}`, answer)
  }
  const read = async (objects: readonly string[]) => {
    if (!evidence) return
    const limit = pLimit(PARALLEL)
    const texts = await Promise.all(objects.map((object) => limit(() => evidence.text(object))))
    const lines = texts.flatMap((text) => (text === undefined ? [] : readLines(text)))
    add(lines.filter((line) => rowKey(line) === rowKey(key)).map(answerOf))
  }
  if (row) add(answersInRow(row))
  await read([...(row?.evidence ?? [])].map((place) => objectKey('answers', place)))
  const isAsked = days.day !== undefined || days.from !== undefined
  if (evidence && (isAsked || !row || lacks(row, [...found.values()]))) {
    const asked = row && !isAsked ? daysOfFacts(row) : daysOf(days, firstDay(row, now), now)
    const listed: string[] = []
    for (const day of asked) listed.push(...(await evidence.keys(`answers/${dayFolder(day)}/`)))
    await read(listed)
  }
  return [...found.values()].sort((a, b) => a.sent_at - b.sent_at)
}

const firstDay = (row: Row | undefined, now: number): string =>
  chinaDay(row ? row.created_at : now - (WITHOUT_ROW_DAYS - 1) * DAY_MS)

/** The days of the answers that a row tells of. They are kept by the time of their call, whenever that was done. */
const daysOfFacts = (row: Row): readonly string[] => {
  const refunded = (row.refunds ?? []).map(({ answered_at }) => answered_at)
  const times = [takenAt(row), provedAt(row), ...refunded].filter((at) => at !== undefined)
  return [...new Set(times.map(chinaDay))]
}

const lacks = (row: Row, found: readonly SignedAnswer[]): boolean => {
  const has = (at: number | undefined) => at === undefined || found.some(({ sent_at }) => sent_at === at)
  const refunded = (row.refunds ?? []).filter(({ status }) => status === 'refunded')
  return (
    !has(takenAt(row)) ||
    !has(provedAt(row)) ||
    !refunded.every(({ out_refund_no }) => found.some((answer) => answer.out_refund_no === out_refund_no))
  )
}

/** WeChat Pay's keys that are kept, by their ids; those that are not are left out. */
export const collectKeys = async (
  serials: readonly string[],
  evidence: EvidenceReader | undefined,
): Promise<readonly KeyFile[]> => {
  if (!evidence) return []
  const texts = await Promise.all(serials.map((serial) => evidence.text(keyObject(serial))))
  return texts.flatMap((text, index) => {
    const key = text === undefined ? undefined : readKeyText(text)
    if (text === undefined || key?.id === serials[index]) return key ?? []
    throw new CliError({
      en: `${keyObject(serials[index] ?? '')} in the bucket of evidence is no key as it was kept`,
      zh: `存证存储桶中的 ${keyObject(serials[index] ?? '')} 不是有效的密钥文件`,
    })
  })
}
