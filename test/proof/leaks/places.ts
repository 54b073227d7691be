import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type AttributeValue, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SNSClient } from '@aws-sdk/client-sns'
import { DIGEST_SOURCE, OPEN_CASES } from '../../../lib/audit/digest/digest-event.ts'
import { createTopic } from '../../../lib/aws/topic.ts'
import { createEvidenceReader } from '../../../lib/cli/evidence/store.ts'
import { unpackAnswer } from '../../../lib/ledger/packed-answer.ts'
import { region } from '../../../lib/local/lambda/environment.ts'
import { TILL, type World } from '../../../lib/local/world.ts'
import type { Watched, watchInvocations } from '../../support/invocations.ts'
import { createScan } from './scan.ts'

/** Where the functions write, but for WeChat Pay. */
export const PLACES = [
  'log',
  'result',
  'error',
  'HTTP answer',
  'event',
  'robot event',
  'dead letter',
  'mail',
  'case page',
  'bill report',
  'other file',
  'row',
  'row under way',
  'signed answers',
  'list of customers',
  'answer for a bill',
  'record of an erasure',
  'key of WeChat Pay',
  'command line',
] as const
type Place = (typeof PLACES)[number]

/** What WeChat Pay signed about an order is kept there whole: what it says of a customer, signatures and nonces. */
const WHOLE: ReadonlySet<Place> = new Set(['row under way', 'signed answers'])
/** The same of a bill, which names no customer. */
const SIGNED: ReadonlySet<Place> = new Set(['answer for a bill'])

/** Whether a value of this kind may stand in this place. */
export const mayHold = (place: Place, what: string): boolean =>
  (SIGNED.has(place) && OF_SIGNATURE.has(what)) || (WHOLE.has(place) && !OF_DEPLOYMENT.has(what))

const OF_SIGNATURE = new Set(['signature', 'nonce'])
const OF_DEPLOYMENT = new Set(['AWS_SESSION_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'private key'])

/** One whole thing that was written, and where exactly. */
type Piece = { readonly place: Place; readonly where: string; readonly text: string }

type RowOfTable = Readonly<Record<string, unknown>>

/** What a run leaves behind. `files`: every version of each. */
export type Left = {
  readonly world: World
  readonly invocations: ReturnType<typeof watchInvocations>
  readonly answers: string[]
  /** What commands printed. */
  readonly printed: string[]
  /** Of a moment at which orders were under way. */
  readonly earlier: RowOfTable[]
  readonly files: readonly (readonly [key: string, text: string])[]
}

/** Every version of each file that is put into the bucket from now on. */
export const watchFiles = ({ objects }: World): Left['files'] => {
  const files: (readonly [key: string, text: string])[] = []
  objects.onCreated((event) => {
    const { key } = (event as Created).detail.object // S3's form, written by the emulator
    files.push([key, objects.stored.get(key)?.body.toString() ?? ''])
  })
  return files
}

type Created = { readonly detail: { readonly object: { readonly key: string } } }

/** All of it, but for the nonce of a refusal, by which a row tells a second one. */
export const piecesOf = async ({
  world,
  invocations,
  answers,
  printed,
  earlier,
  files,
}: Left): Promise<readonly Piece[]> => [
  ...invocations.all.flatMap(piecesOfInvocation),
  ...answers.map((text) => ({ place: 'HTTP answer', where: 'HTTP answer', text }) as const),
  ...world.bus.history.events.map(
    (event) =>
      ({
        place: event.source === DIGEST_SOURCE ? 'robot event' : 'event',
        where: event.detailType,
        text: JSON.stringify(event),
      }) as const,
  ),
  ...world.notices.letters.map(
    (letter) => ({ place: 'dead letter', where: 'dead letter', text: JSON.stringify(letter) }) as const,
  ),
  ...world.topic.history.map(
    ({ subject, message }) => ({ place: 'mail', where: 'mail', text: `${subject}\n${message}` }) as const,
  ),
  ...files.map(([key, text]) => ({ place: placeOf(key), where: key, text })),
  ...printed.map((text) => ({ place: 'command line', where: 'command line', text }) as const),
  ...[...earlier, ...(await world.table.rows())].flatMap(piecesOfRow),
  ...[...world.objects.locked.versions, ...world.objects.locked.copy.versions].map(([version, { body }]) => {
    const [where = ''] = version.split(' ')
    return { place: lockedPlaceOf(where), where, text: unpacked(where, body) } as const
  }),
]

/** An order that goes on holds its newest answer; one that has ended none. */
const piecesOfRow = ({ answer, refused: _, ...row }: RowOfTable): readonly Piece[] => {
  const where = `row ${row.pk}`
  // The table's rows have bytes as base64.
  const text = typeof answer === 'string' ? textOfAnswer(Buffer.from(answer, 'base64'), String(row.pk)) : undefined
  return [
    { place: 'row', where, text: JSON.stringify(row) },
    ...(text === undefined ? [] : [{ place: row.due === undefined ? 'row' : 'row under way', where, text } as const]),
  ]
}

/** What cannot be unpacked is looked through as it is. */
const textOfAnswer = (packed: Buffer, pk: string): string => {
  try {
    return JSON.stringify(unpackAnswer(packed, pk))
  } catch {
    return packed.toString('latin1')
  }
}

const LOCKED_PLACES: Readonly<Record<string, Place>> = {
  answers: 'signed answers',
  customers: 'list of customers',
  bills: 'answer for a bill',
  erasures: 'record of an erasure',
  keys: 'key of WeChat Pay',
}

const lockedPlaceOf = (key: string): Place => LOCKED_PLACES[key.slice(0, key.indexOf('/'))] ?? 'other file'

const unpacked = (key: string, body: Buffer): string => (key.endsWith('.gz') ? gunzipSync(body) : body).toString()

const piecesOfInvocation = ({ function: name, invocation }: Watched): readonly Piece[] => [
  ...invocation.logs.map((text) => ({ place: 'log', where: `log of ${name}`, text }) as const),
  { place: 'result', where: `result of ${name}`, text: JSON.stringify(invocation.result ?? null) },
  ...(invocation.error
    ? [{ place: 'error', where: `error of ${name}`, text: inspect(invocation.error, { depth: 10 }) } as const]
    : []),
]

const placeOf = (key: string): Place =>
  key.startsWith('cases/') ? 'case page' : key.startsWith('bills/') ? 'bill report' : 'other file'

/**
 * Writes a word of its own wherever the functions write, as they do, and looks through all of it once more: the word of
 * each place must be found there.
 */
export const plantedInPlaces = async (left: Left): Promise<{ readonly planted: number; readonly missed: string[] }> => {
  const planted = new Map<string, string>()
  const word = (where: string): string => {
    const value = `planted${randomBytes(12).toString('hex')}`
    planted.set(where, value)
    return value
  }
  await plant(left, word)
  const found = new Set<string>()
  for (const { where, text } of await piecesOf(left)) {
    const value = planted.get(where)
    if (value === undefined) continue
    const scan = createScan([{ what: where, value }])
    for (const line of text.split('\n')) scan.look(where, line)
    if (scan.leaks.length > 0) found.add(where)
  }
  return { planted: planted.size, missed: [...planted.keys()].filter((where) => !found.has(where)) }
}

const FILES = ['bills/1/20261124.html', 'bills/1/20261124.csv', 'bills/1/20261124.json']
const PAGES = ['cases/1/20261124.html', 'cases/1/20261124.csv', 'reports/1/planted.html']
const LOCKED = [
  ...['answers/2026/11/24/0000-planted.jsonl.gz', 'customers/2026/11/24/0000-planted.txt'],
  ...['bills/2026/11/24/planted.json', 'erasures/planted.json', 'keys/planted.pem'],
]

/** @param word makes the word that is to be found there */
const plant = async (
  { world, invocations, answers, printed }: Left,
  word: (where: string) => string,
): Promise<void> => {
  for (const name of Object.keys(world.lambdas))
    invocations.all.push({
      function: name,
      event: {},
      invocation: {
        requestId: '',
        cold: false,
        durationMs: 0,
        logs: [word(`log of ${name}`)],
        error: { errorType: 'Error', errorMessage: word(`error of ${name}`) },
        timedOut: false,
      },
      start: 0,
      end: 0,
    })
  answers.push(word('HTTP answer'))
  printed.push(word('command line'))
  const digest = JSON.parse(
    world.bus.history.events.find(({ detailType }) => detailType === OPEN_CASES)?.detail ?? '{}',
  )
  const put = (Source: string, DetailType: string, detail: object) =>
    world.bus.putEvents({
      Entries: [{ Source, DetailType, EventBusName: world.bus.name, Detail: JSON.stringify(detail) }],
    })
  put(DIGEST_SOURCE, OPEN_CASES, { ...digest, pages: [word(OPEN_CASES)] })
  put(TILL, 'Planted', { word: word('Planted') })
  for (const key of [...FILES, ...PAGES]) world.objects.put(key, word(key))
  const { credentials } = world
  const s3 = new S3Client({ endpoint: world.objects.endpoint, forcePathStyle: true, region, credentials })
  const evidence = createEvidenceReader(s3, world.objects.locked.bucket)
  for (const key of LOCKED) {
    const text = Buffer.from(word(key))
    await evidence.put(key, key.endsWith('.gz') ? gzipSync(text) : text, 'text/plain')
  }
  s3.destroy()
  const topic = new SNSClient({ endpoint: world.topic.endpoint, region, credentials })
  await createTopic(topic, world.topic.arn).publish({ subject: 'planted', text: word('mail') })
  const table = new DynamoDBClient({ endpoint: world.table.endpoint, region, credentials })
  const putRow = (pk: string, attribute: Readonly<Record<string, AttributeValue>>) =>
    table.send(new PutItemCommand({ TableName: world.table.tableName, Item: { pk: { S: pk }, ...attribute } }))
  for (const pk of ['1#PLANTED', 'bill#1#20261124']) await putRow(pk, { reason: { S: word(`row ${pk}`) } })
  // One that can be unpacked would leave the row.
  const unreadable = Buffer.from(`\0${word('row 1#ANSWERED')}`)
  await putRow('1#ANSWERED', { answer: { B: unreadable } })
  topic.destroy()
  table.destroy()
  await world.idle()
}
