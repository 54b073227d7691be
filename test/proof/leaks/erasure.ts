import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { plainSecret } from '../../../lib/aws/plain-secret.ts'
import { cliClientSettings } from '../../../lib/cli/aws/client.ts'
import { customerOf } from '../../../lib/evidence/customers.ts'
import { readRowKey } from '../../../lib/ledger/row.ts'
import { region } from '../../../lib/local/lambda/environment.ts'
import type { World } from '../../../lib/local/world.ts'
import { runCli } from '../../cli/run-cli.ts'
import { type Left, piecesOf } from './places.ts'
import { type Canary, createScan, type Leak } from './scan.ts'

/** A word about a customer, and of which order. */
export type Told = Canary & { readonly pk: string }

export type Erasure = {
  readonly orders: number
  /** Words about these customers that were kept before. */
  readonly before: number
  readonly leaks: readonly Leak[]
  /** What did not go as it must, beside the leaks. */
  readonly wrong: readonly string[]
}

const MOST_ORDERS = 8

/**
 * Erases some orders that have ended, one of them as all those of its customer, past the lock. Then nothing of these
 * customers may be in any place, and all else must be as it was.
 */
export const eraseSome = async (left: Left, told: readonly Told[]): Promise<Erasure> => {
  const { world } = left
  const words = Map.groupBy(told, ({ pk }) => pk)
  const ended = (await world.table.rows()).filter(({ due, evidence }) => due === undefined && evidence !== undefined)
  const ofCustomer = ended.map(({ pk }) => words.get(String(pk)) ?? []).filter(hasCustomerIn(await keptText(left)))
  // Those with a refund have the most words, and answers that do not name the customer.
  const sorted = ofCustomer.toSorted((a, b) => b.length - a.length)
  const chosen = new Set(sorted.slice(0, MOST_ORDERS).flatMap((some) => some.map(({ pk }) => pk)))
  const erased = [...chosen].flatMap((pk) => words.get(pk) ?? [])
  const before = await stateOf(world)
  const held = await leaksOf(left, erased)

  const codes = await inEnvironment(world, async () => {
    const [first = '', ...others] = chosen
    const key = await plainSecret(new SecretsManagerClient(cliClientSettings), world.env.CUSTOMER_KEY ?? '')()
    const openids = erased.filter(({ what }) => what === 'openid')
    erased.push(...openids.map(({ pk, value }) => ({ pk, what: 'hash of an openid', value: customerOf(key, value) })))
    const openid = openids.find(({ pk }) => pk === first)?.value ?? ''
    return [await eraseCustomer(left, first, openid), ...(await eraseOrders(left, others))]
  })
  await world.idle()

  const after = await stateOf(world)
  return {
    orders: chosen.size,
    before: new Set(held.map(({ what, where }) => `${what} ${where}`)).size,
    leaks: await leaksOf(left, erased),
    wrong: [
      ...codes.filter((code) => code !== 0).map((code) => `a command that erases ended with ${code}`),
      ...[...before.rows].flatMap(([pk, row]) =>
        isDeepStrictEqual(after.rows.get(pk), row) ? [] : [`what happened to an order is not as before: ${pk}`],
      ),
      ...[...chosen].flatMap((pk) =>
        after.recorded.has(sha256(pk)) ? [] : [`no record says that it was erased: ${pk}`],
      ),
      ...[...chosen].flatMap((pk) => (after.lines.has(pk) ? [`still among what is kept: ${pk}`] : [])),
      ...[...before.lines].flatMap(([pk, lines]) =>
        chosen.has(pk) || after.lines.get(pk) === lines
          ? []
          : [`what is kept of another order is not as before: ${pk}`],
      ),
    ],
  }
}

const keptText = async (left: Left): Promise<string> =>
  (await piecesOf(left)).map(({ place, text }) => (place === 'signed answers' ? text : '')).join('\n')

/** Of some orders WeChat Pay said nothing that names a customer. */
const hasCustomerIn =
  (kept: string) =>
  (words: readonly Told[]): boolean =>
    kept.includes(words.find(({ what }) => what === 'openid')?.value ?? '\n\n')

const eraseCustomer = async ({ world, printed }: Left, pk: string, openid: string): Promise<number> => {
  const cwd = mkdtempSync(join(tmpdir(), 'leaks-'))
  try {
    writeFileSync(join(cwd, 'openid.txt'), openid)
    const { mchid } = readRowKey(pk)
    const line = ['erase', '--openid-file', 'openid.txt', '--mchid', mchid, '--why', 'asked for', '--past-lock']
    const { code, out, err } = await runCli(line, { cwd, now: world.clock.now })
    printed.push(out, err)
    return code
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

const eraseOrders = async ({ world, printed }: Left, pks: readonly string[]): Promise<readonly number[]> => {
  const codes: number[] = []
  for (const pk of pks) {
    const line = ['erase', pk.replace('#', '/'), '--why', 'asked for', '--past-lock', '--json']
    const { code, out, err } = await runCli(line, { now: world.clock.now })
    printed.push(out, err)
    codes.push(code)
  }
  return codes
}

/** Commands have their clients from the environment of the process. */
const inEnvironment = async <T>({ env }: World, act: () => Promise<T>): Promise<T> => {
  const old = { ...process.env }
  Object.assign(process.env, { AWS_REGION: region, ...env })
  try {
    return await act()
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in old)) delete process.env[name]
    Object.assign(process.env, old)
  }
}

const leaksOf = async (left: Left, words: readonly Told[]): Promise<readonly Leak[]> => {
  const scan = createScan(words)
  for (const { where, text } of await piecesOf({ ...left, earlier: [] }))
    for (const line of text.split('\n')) scan.look(where, line)
  return scan.leaks
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What an erasure may not change: rows without the cashier, what is kept of each order, by version; and what was recorded. */
const stateOf = async ({ table, objects: { locked } }: World) => {
  const rows = (await table.rows()).map(({ cashier_id: _, ...row }) => [String(row.pk), row] as const)
  const texts = (folder: string) =>
    [...locked.stored].filter(([key]) => key.startsWith(folder)).map(([, one]) => one.body)
  const kept = texts('answers/')
    .flatMap((body) => gunzipSync(body).toString().split('\n'))
    .concat(texts('customers/').flatMap((body) => body.toString().split('\n')))
    .filter((line) => line !== '')
  const records = texts('erasures/').map(
    (body) => JSON.parse(body.toString()) as { readonly orders: readonly string[] },
  )
  return {
    rows: new Map(rows),
    lines: new Map(
      [...Map.groupBy(kept, orderOfLine)].map(([pk, lines]) => [pk, lines.toSorted().join('\n')] as const),
    ),
    recorded: new Set(records.flatMap(({ orders }) => orders)),
  }
}

/** A line of answers is JSON, one of the list of customers has words. */
const orderOfLine = (line: string): string => {
  if (!line.startsWith('{')) return line.split(' ').slice(1).join('#')
  const { mchid, out_order_no } = JSON.parse(line) as { readonly mchid: string; readonly out_order_no: string }
  return `${mchid}#${out_order_no}`
}
