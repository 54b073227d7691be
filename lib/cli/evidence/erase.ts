import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import pLimit from 'p-limit'
import { formatChinaTime } from '../../china-time.ts'
import { readLines, textOf } from '../../evidence/answer-line.ts'
import { customerLine, readCustomers } from '../../evidence/customers.ts'
import { objectKey, type Place, placeOf } from '../../evidence/places.ts'
import { unpackAnswer } from '../../ledger/packed-answer.ts'
import { type Row, rowKey } from '../../ledger/row.ts'
import { provedAt, takenAt } from '../../ledger/signed-answers.ts'
import type { Connection } from '../aws/connect.ts'
import type { EvidenceReader } from './store.ts'

/** One place from which an order is erased, or why not. */
export type Erased = {
  readonly where: 'row' | 'answers' | 'customers'
  /** The key of an object; of a row nothing. */
  readonly object?: string
  /** The bucket in another region, where it is an object of that. */
  readonly replica?: string
  /** `waits`: an order that is still on its way needs its row; it is tried again when the order has ended. */
  readonly done: 'erased' | 'would be erased' | 'stays' | 'waits'
  /** Until when a lock keeps the version of before (RFC 3339), and by which mode. */
  readonly until?: string
  readonly lock?: string
}

export type EraseDeps = {
  readonly connection: Connection
  readonly evidence: EvidenceReader
  /** Where evidence is copied to. What is written anew comes there by itself; what is deleted stays. */
  readonly replica: EvidenceReader | undefined
  readonly isDryRun: boolean
  /** The person may delete what GOVERNANCE locks. */
  readonly isPastLock: boolean
  /** ms */
  readonly now: number
}

/** Attributes of a row that name a person: the customer in signed answers, and the cashier. */
const PERSONAL = ['answer', 'receipt', 'proof', 'refund_answers', 'cashier_id'] as const

/** What is said of a customer in the row goes; what happened to the order, and when, stays. */
export const eraseRow = async (row: Row, { connection, isDryRun, now }: EraseDeps): Promise<readonly Erased[]> => {
  const there = PERSONAL.filter((name) => row[name] !== undefined)
  if (there.length === 0) return []
  // What stands in the stream is still to be kept as evidence, and would come back.
  if (row.due !== undefined || isBeingKept(row, now)) return [{ where: 'row', done: 'waits' }]
  if (isDryRun) return [{ where: 'row', done: 'would be erased' }]
  const facts = { taken_at: takenAt(row), proved_at: provedAt(row) }
  const sets = Object.entries(facts).flatMap(([name, at]) => (at === undefined ? [] : [[name, at] as const]))
  const names = [...there, ...sets.map(([name]) => name), 'due', 'pk']
  const command = new UpdateItemCommand({
    TableName: connection.table,
    Key: { pk: { S: row.pk } },
    ConditionExpression: 'attribute_exists(#pk) AND attribute_not_exists(#due)',
    UpdateExpression: [
      ...(sets.length > 0 ? [`SET ${sets.map(([name]) => `#${name} = :${name}`).join(', ')}`] : []),
      `REMOVE ${there.map((name) => `#${name}`).join(', ')}`,
    ].join(' '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ...(sets.length > 0 && {
      ExpressionAttributeValues: Object.fromEntries(sets.map(([name, at]) => [`:${name}`, { N: String(at) }])),
    }),
  })
  try {
    await connection.client.send(command)
    return [{ where: 'row', done: 'erased' }]
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return [{ where: 'row', done: 'waits' }]
    throw error
  }
}

/** After an hour the function of evidence is out of order, and its alarm rings. */
const BEING_KEPT = 3_600_000

const isBeingKept = ({ pk, answer }: Row, now: number): boolean =>
  answer !== undefined && now - unpackAnswer(answer, pk).sent_at < BEING_KEPT

/** Objects that are read or written at the same time. */
const REQUESTS_IN_FLIGHT = 16

const WITHOUT = {
  answers: (text: string, pks: ReadonlySet<string>): string =>
    textOf(readLines(text).filter((line) => !pks.has(rowKey(line)))),
  customers: (text: string, pks: ReadonlySet<string>): string =>
    readCustomers(text)
      .filter(({ pk }) => !pks.has(pk))
      .map(customerLine)
      .join(''),
}

/**
 * Writes the objects of these places anew without their orders, and deletes the versions that have them, as far as the
 * lock permits. What is written anew has the same name, since rows of other orders say where their answers are. The
 * lists of customers come last: by them a second run finds what a first one that failed has left.
 */
export const erasePlaces = async (
  found: ReadonlyMap<Place, ReadonlySet<string>>,
  deps: EraseDeps,
): Promise<readonly Erased[]> => {
  const limit = pLimit(REQUESTS_IN_FLIGHT)
  const eraseAll = async (where: 'answers' | 'customers'): Promise<readonly Erased[]> =>
    (await Promise.all([...found].map(([place, pks]) => limit(() => eraseObject(where, place, pks, deps))))).flat()
  return [...(await eraseAll('answers')), ...(await eraseAll('customers'))]
}

const eraseObject = async (
  where: 'answers' | 'customers',
  place: Place,
  pks: ReadonlySet<string>,
  { evidence, replica, ...deps }: EraseDeps,
): Promise<readonly Erased[]> => {
  const object = { where, key: objectKey(where, place), pks }
  const rewrite = async (text: string): Promise<void> => {
    const left = Buffer.from(WITHOUT[where](text, pks))
    const packed = where === 'answers' ? gzipSync(left, { level: 9 }) : left
    await evidence.put(object.key, packed, where === 'answers' ? 'application/gzip' : 'text/plain')
  }
  const done = await eraseVersions(object, evidence, deps, rewrite)
  const copies = replica ? await eraseVersions(object, replica, deps) : []
  return [...done, ...copies.map((one) => ({ ...one, ...(replica && { replica: replica.bucket }) }))]
}

/** An object, and the orders that are to leave it. */
type Meant = { readonly where: 'answers' | 'customers'; readonly key: string; readonly pks: ReadonlySet<string> }

/** Deletes the versions of an object that have one of these orders. @param rewrite puts what else the newest one has */
const eraseVersions = async (
  { where, key, pks }: Meant,
  bucket: EvidenceReader,
  { isDryRun, isPastLock }: Pick<EraseDeps, 'isDryRun' | 'isPastLock'>,
  rewrite?: (text: string) => Promise<void>,
): Promise<readonly Erased[]> => {
  const versions = await Promise.all(
    (await bucket.versions(key)).map(async (version) => ({
      ...version,
      text: (await bucket.text(key, version.version)) ?? '',
    })),
  )
  const done: Erased[] = []
  for (const { version, isLatest, text } of versions.filter((each) => WITHOUT[where](each.text, pks) !== each.text)) {
    const held = await bucket.lock(key, version)
    const isFree = !held || (isPastLock && held.mode === 'GOVERNANCE')
    const kept = held && { until: new Date(held.until).toISOString(), lock: held.mode }
    if (!isDryRun && isLatest) await rewrite?.(text)
    if (!isDryRun && isFree) await bucket.drop(key, version, held !== undefined)
    const state = !isFree ? 'stays' : isDryRun ? 'would be erased' : 'erased'
    done.push({ where, object: key, done: state, ...(!isFree && kept) })
  }
  return done
}

/** The orders of a customer, and in which places they are, by the list of customers of these folders. */
export const ordersOfCustomer = async (
  customer: string,
  mchid: string,
  folders: readonly string[],
  evidence: EvidenceReader,
): Promise<ReadonlyMap<Place, ReadonlySet<string>>> => {
  const limit = pLimit(REQUESTS_IN_FLIGHT)
  const found = new Map<Place, Set<string>>()
  for (const folder of folders)
    await Promise.all(
      (await evidence.keys(folder)).map((key) =>
        limit(async () => {
          const place = placeOf(key)
          const customers = readCustomers((await evidence.text(key)) ?? '')
          const pks = customers.filter((one) => one.customer === customer && one.pk.startsWith(`${mchid}#`))
          if (place !== undefined && pks.length > 0) found.set(place, new Set(pks.map(({ pk }) => pk)))
        }),
      ),
    )
  return found
}

/** What was erased, when, by whom and why, without a word about the customer. Gives the key of the record. */
export const recordErasure = async (
  pks: readonly string[],
  record: {
    readonly at: number
    readonly by: string
    readonly why: string
    readonly law: string | undefined
    readonly done: readonly Erased[]
  },
  evidence: EvidenceReader,
): Promise<string> => {
  const { at, by, why, law, done } = record
  const orders = [...pks].sort().map((pk) => createHash('sha256').update(pk).digest('hex'))
  const name = createHash('sha256').update(orders.join('\n')).digest('hex')
  const key = `erasures/${formatChinaTime(at)}${String(at % 1000).padStart(3, '0')}-${name}.json`
  const stays = done.filter((each) => each.done === 'stays').map((each) => ({ ...each, ...(law && { law }) }))
  const text = `${JSON.stringify({ at: new Date(at).toISOString(), by, why, orders, erased: done.filter((each) => each.done === 'erased'), stays }, null, 2)}\n`
  await evidence.put(key, Buffer.from(text), 'application/json')
  return key
}
