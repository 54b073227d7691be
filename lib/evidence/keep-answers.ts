import { gzipSync } from 'node:zlib'
import pLimit from 'p-limit'
import type { EvidenceMarks } from '../aws/evidence-marks.ts'
import type { EvidenceStore } from '../aws/evidence-store.ts'
import { chinaDay } from '../china-time.ts'
import { answersInRow } from '../ledger/answers-in-row.ts'
import type { Row } from '../ledger/row.ts'
import type { OperationResult } from '../operations/result.ts'
import { type AnswerLine, lineOf, textOf } from './answer-line.ts'
import { customersText } from './customers.ts'
import { objectKey, type Place, placeFor } from './places.ts'

/** What a row held of signed answers when it was written. */
export type Image = Pick<Row, 'pk' | 'due' | 'answer' | 'receipt' | 'proof' | 'refund_answers'>

export type KeepDeps = {
  readonly store: Pick<EvidenceStore, 'putOnce'>
  readonly marks: EvidenceMarks
  /** The key of the list of customers. */
  readonly customerKey: () => Promise<string>
}

const PARALLEL = 25

/**
 * Keeps the signed answers of a batch of writes as evidence, one object for each of their days, and then takes them out
 * of the rows of orders that have ended. An order that goes on has another write for that: its next answer takes the
 * place of the one that it holds. The same batch once more puts the same objects, which are there already; a row that was written again
 * meanwhile has its newest answer still.
 */
export const keepAnswers = async (images: readonly Image[], deps: KeepDeps): Promise<OperationResult> => {
  const read = images.map((image) => ({ image, lines: linesOf(image) }))
  const unreadable = read.flatMap(({ image, lines }) => (lines ? [] : [{ pk: image.pk }]))
  const lines = new Map(read.flatMap((each) => each.lines ?? []).map((line) => [identity(line), line]))
  const days = Map.groupBy(lines.values(), ({ sent_at }) => chinaDay(Date.parse(sent_at)))

  const limit = pLimit(PARALLEL)
  const places = new Map<string, Place>()
  const objects = await Promise.all([...days.values()].map((some) => limit(() => keepDay(some, places, deps))))

  const newest = new Map(
    read.flatMap(({ image, lines: some }) => (some?.length && !goesOn(image) ? [[image.pk, { image, some }]] : [])),
  )
  const marked = await Promise.all(
    [...newest.values()].map(({ image, some }) =>
      limit(() => deps.marks.kept(image, [...new Set(some.flatMap((line) => places.get(identity(line)) ?? []))])),
    ),
  )
  return {
    log: {
      images: images.length,
      answers: lines.size,
      objects: objects.reduce((sum, count) => sum + count, 0),
      rows: marked.filter(Boolean).length,
      ...(unreadable.length > 0 && { unreadable }),
    },
    metrics: {
      answers_kept: { value: lines.size, unit: 'Count' },
      ...(unreadable.length > 0 && { answer_unreadable: { value: unreadable.length, unit: 'Count' } }),
    },
  }
}

/** Rows of earlier versions hold several answers, which no next one would replace. */
const goesOn = ({ due, receipt, proof, refund_answers }: Image): boolean =>
  due !== undefined && !receipt && !proof && !refund_answers

/** Undefined if the row holds something else than an answer: a batch that is tried again for it would never end. */
const linesOf = (image: Image): readonly AnswerLine[] | undefined => {
  try {
    return answersInRow(image).map((answer) => lineOf(image.pk, answer))
  } catch {
    return undefined
  }
}

const identity = ({ mchid, out_order_no, answers, sha256 }: AnswerLine): string =>
  [mchid, out_order_no, answers, sha256].join(' ')

/** Gives how many objects were put. */
const keepDay = async (
  lines: readonly AnswerLine[],
  places: Map<string, Place>,
  { store, customerKey }: KeepDeps,
): Promise<number> => {
  const text = textOf(lines)
  const place = placeFor(Math.min(...lines.map(({ sent_at }) => Date.parse(sent_at))), text)
  const customers = customersText(lines, await customerKey())
  await store.putOnce(objectKey('answers', place), gzipSync(text, { level: 9 }), 'application/gzip')
  if (customers !== '') await store.putOnce(objectKey('customers', place), Buffer.from(customers), 'text/plain')
  for (const line of lines) places.set(identity(line), place)
  return customers === '' ? 1 : 2
}
