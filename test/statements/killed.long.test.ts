import { afterAll, expect, it } from 'vitest'
import { seededRandom } from '../../lib/local/aws-faults.ts'
import { createClock } from '../../lib/local/clock.ts'
import { startLedgerTable } from '../../lib/local/ledger-table.ts'
import { EVENING, statementDay } from '../support/statement-day.ts'
import { resultOf, startOutside } from './outside.ts'

const open: { close(): Promise<unknown> }[] = []
afterAll(() => Promise.all(open.map((one) => one.close())))

const outside = async () => {
  const one = await startOutside(await startLedgerTable({ clock: createClock(EVENING) }))
  open.push(one)
  return one
}
type Outside = Awaited<ReturnType<typeof outside>>

/** Reads the statement in a process that is killed at its nth request to ledger or bucket. True when it came to that. */
const runKilledAt = async ({ table, bucket, start }: Outside, n: number): Promise<boolean> => {
  const child = start('day', 400)
  let seen = 0
  const match = () => {
    seen += 1
    if (seen === n) child.kill('SIGKILL')
    return false
  }
  const ends = [table.faults.add({ kind: 'fail', match }), bucket.faults.add({ kind: 'fail', match })]
  const result = await resultOf(child)
  for (const end of ends) end()
  return result === undefined
}

const files = ({ file }: Outside) => ['csv', 'html', 'json'].map((extension) => file('day', extension))

it('makes the same report when it is killed at 20 random points and started again', async () => {
  const { csv, lines } = statementDay(240)
  const whole = await outside()
  whole.upload('day', csv)
  await resultOf(whole.start('day', 400))
  const broken = await outside()
  broken.upload('day', csv)
  const random = seededRandom(20)

  let kills = 0
  for (let tries = 0; kills < 20 && tries < 60; tries += 1) {
    const lacking = lines - (await broken.table.rows()).length
    if (await runKilledAt(broken, 1 + Math.floor(random() * (lacking / 4 + 14)))) kills += 1
  }
  await resultOf(broken.start('day', 400))

  expect(kills).toBe(20)
  expect(files(broken)).toEqual(files(whole))
  const inOrder = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()
  expect(inOrder(await broken.table.rows())).toEqual(inOrder(await whole.table.rows()))
})
