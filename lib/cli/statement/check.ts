import { readableTime } from '../../china-time.ts'
import { isProvider } from '../../config/served.ts'
import type { Row } from '../../ledger/row.ts'
import { yuan } from '../../money.ts'
import type { Entry } from '../../statements/classify-line.ts'
import { compareWithLedger } from '../../statements/compare-with-ledger.ts'
import { CLASSES } from '../../statements/line-classes.ts'
import { openList, readForeseen } from '../../statements/parse/list.ts'
import type { Problem } from '../../statements/problem.ts'
import { notesOf, type Report } from '../../statements/report/report.ts'
import type { StatementKey } from '../../statements/statement-key.ts'
import { createTotals } from '../../statements/totals.ts'
import { readServed } from '../merchants-file.ts'
import { wrap } from '../screen.ts'
import type { Session } from '../session.ts'

/**
 * Reads a list on this machine as the service would with an empty ledger, and shows the class of each line. Sends and
 * stores nothing. Gives the exit code: 0 if no line needs a person.
 */
export const checkStatement = async (
  file: string,
  statement: StatementKey,
  isJson: boolean,
  session: Session,
): Promise<number> => {
  const list = await openList(file, statement.name)
  if ('refused' in list) return refuse(list.refused, statement, isJson, session)
  try {
    const { served } = readServed(session)
    const now = session.now()
    const context = { mchid: statement.mchid, merchants: served, now }
    const both = await readForeseen(list, context)
    if ('refused' in both) return refuse(both.refused, statement, isJson, session)
    const { foreseen, reading } = both

    const shops_by = isProvider(served, statement.mchid) ? 'sub_mchid' : 'shop_id'
    const tally = createTotals(shops_by)
    const entries: Entry[] = []
    const line = async (entry: Entry, wasBooked: boolean): Promise<void> => {
      tally.addLine(entry, wasBooked)
      if (isJson) entries.push(entry)
      else tellLine(entry, session)
    }
    const { days, notes } = await compareWithLedger(
      statement,
      reading,
      foreseen,
      undefined,
      { line, ledgerOnly: async () => undefined },
      { ...emptyLedger(), now: () => now },
    )
    const report: Report = {
      statement,
      made_at: now,
      shops_by,
      days,
      notes: [...notes, ...reading.notes()],
      file: { lines: list.counted, ...reading.beside() },
      tally: tally.result(),
    }
    const isSound = report.tally.needs_person === 0
    if (isJson) session.json({ lines: entries.map(jsonLine), ...summaryOf(report) })
    else tellSummary(report, session)
    return isSound && notesOf(report).length === 0 ? 0 : 1
  } finally {
    list.close()
  }
}

/** What a line would become. The service would create an order that the ledger lacks. */
const becomes = (entry: Entry): { readonly zh: string; readonly en: string } =>
  entry.class === 'pending'
    ? { zh: '收款,将登记', en: 'payment' }
    : CLASSES[entry.class === 'ledger_only' ? 'malformed' : entry.class]

const tellLine = (entry: Entry, session: Session): void => {
  const { t, paint } = session
  const what = t(becomes(entry))
  const parts = [
    entry.out_order_no,
    entry.paid_time && readableTime(entry.paid_time),
    entry.amount !== undefined && `¥${yuan(entry.amount)}`,
    entry.sub_mchid,
    entry.shop_id,
    entry.pos_ref,
  ].filter(Boolean)
  const [first = '', ...rest] = wrap(`${String(entry.line).padStart(6)}  ${what}  ${parts.join('  ')}`, WIDTH, 8)
  session.say(entry.needs_person ? paint('red', first) : first)
  for (const more of rest) session.say(more)
  const { problem } = entry
  if (problem) for (const text of wrap(`        ${t(problem)}`, WIDTH, 8)) session.say(text)
}

const WIDTH = 80

const summaryOf = (report: Report) => ({
  sound: report.tally.needs_person === 0 && notesOf(report).length === 0,
  payments: report.tally.booked,
  needs_person: report.tally.needs_person,
  file: report.file,
  notes: notesOf(report),
})

const tellSummary = (report: Report, session: Session): void => {
  const { t, say } = session
  const { tally, file } = report
  say('')
  for (const note of notesOf(report))
    for (const text of wrap(`! ${t(note)}`, WIDTH, 2)) say(session.paint('yellow', text))
  const beside = file && file.titles + file.headers + file.blank + file.continued
  const text = t({
    en: `Lines in the file: ${file?.lines} (list: ${tally.lines}; header, title or blank: ${beside}). Payments: ${tally.booked}, ¥${yuan(tally.amount)}. Lines that need a person: ${tally.needs_person}. Nothing was sent.`,
    zh: `文件共 ${file?.lines} 行:明细 ${tally.lines} 行,表头、标题和空行 ${beside} 行。收款 ${tally.booked} 笔,¥${yuan(tally.amount)};${tally.needs_person} 行需处理。未发送任何内容。`,
  })
  for (const one of wrap(text, WIDTH, 0)) say(one)
}

const jsonLine = ({
  class: name,
  line,
  out_order_no,
  paid_time,
  amount,
  sub_mchid,
  shop_id,
  cashier_id,
  pos_ref,
  problem,
  needs_person,
}: Entry) => ({
  line,
  becomes: name === 'pending' ? 'payment' : name,
  out_order_no,
  paid_time,
  amount,
  sub_mchid,
  shop_id,
  cashier_id,
  pos_ref,
  problem,
  needs_person,
})

const refuse = (refused: Problem, { mchid, name }: StatementKey, isJson: boolean, session: Session): number => {
  if (isJson) session.json({ mchid, name, sound: false, refused })
  else
    for (const text of wrap(session.t({ en: `Not taken: ${refused.en}.`, zh: `未处理:${refused.zh}。` }), WIDTH, 0))
      session.say(session.paint('red', text))
  return 1
}

/** A ledger that contains only what this list creates. */
const emptyLedger = (): Pick<Parameters<typeof compareWithLedger>[5], 'ledger' | 'reader'> => {
  const rows = new Map<string, Row>()
  return {
    ledger: {
      read: async (pk) => rows.get(pk),
      apply: async (transition) => {
        const row = { ...transition.set, pk: transition.pk } as Row // createFromStatement sets every attribute
        rows.set(row.pk, row)
        return { transition, row }
      },
      // The hourly number of notices is not known on this machine.
      count: async () => 1,
    },
    reader: {
      readMany: async (pks) => new Map(pks.flatMap((pk) => (rows.has(pk) ? [[pk, rows.get(pk) as Row]] : []))), // has() was true
      day: async function* () {},
    },
  }
}
