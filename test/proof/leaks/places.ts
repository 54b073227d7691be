import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { SNSClient } from '@aws-sdk/client-sns'
import { DIGEST_SOURCE, OPEN_CASES } from '../../../lib/audit/digest/digest-event.ts'
import { createTopic } from '../../../lib/aws/topic.ts'
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
] as const
type Place = (typeof PLACES)[number]

/** One whole thing that was written, and where exactly. */
type Piece = { readonly place: Place; readonly where: string; readonly text: string }

/** What a run leaves behind. `files`: every version of each. */
export type Left = {
  readonly world: World
  readonly invocations: ReturnType<typeof watchInvocations>
  readonly answers: string[]
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

/** What WeChat Pay signed about an order, a refund or a bill is kept whole, in the table alone: with it its nonce. */
const SIGNED = ['receipt', 'proof', 'refund_answers', 'answer', 'refused']

/** All of it, but for what the table keeps of WeChat Pay's own words. */
export const piecesOf = async ({ world, invocations, answers, files }: Left): Promise<readonly Piece[]> => [
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
  ...(await world.table.rows()).map(
    (row) => ({ place: 'row', where: `row ${row.pk}`, text: JSON.stringify(withoutSigned(row)) }) as const,
  ),
]

const piecesOfInvocation = ({ function: name, invocation }: Watched): readonly Piece[] => [
  ...invocation.logs.map((text) => ({ place: 'log', where: `log of ${name}`, text }) as const),
  { place: 'result', where: `result of ${name}`, text: JSON.stringify(invocation.result ?? null) },
  ...(invocation.error
    ? [{ place: 'error', where: `error of ${name}`, text: inspect(invocation.error, { depth: 10 }) } as const]
    : []),
]

const placeOf = (key: string): Place =>
  key.startsWith('cases/') ? 'case page' : key.startsWith('bills/') ? 'bill report' : 'other file'

const withoutSigned = (row: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !SIGNED.includes(name)))

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

/** @param word makes the word that is to be found there */
const plant = async ({ world, invocations, answers }: Left, word: (where: string) => string): Promise<void> => {
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
  const topic = new SNSClient({ endpoint: world.topic.endpoint, region, credentials })
  await createTopic(topic, world.topic.arn).publish({ subject: 'planted', text: word('mail') })
  const table = new DynamoDBClient({ endpoint: world.table.endpoint, region, credentials })
  for (const pk of ['1#PLANTED', 'bill#1#20261124'])
    await table.send(
      new PutItemCommand({
        TableName: world.table.tableName,
        Item: { pk: { S: pk }, reason: { S: word(`row ${pk}`) } },
      }),
    )
  topic.destroy()
  table.destroy()
  await world.idle()
}
