import { setTimeout as pause } from 'node:timers/promises'
import { startSteps } from '../child.ts'
import type { Program } from '../programs.ts'
import { type Contestant, runRounds } from '../rounds.ts'
import { type Share, shareOf } from '../share.ts'
import { type Line, line, type Setting } from './contest.ts'

const MEMORY_MB = 512
const LATENCY = { secret: 2, ledger: 5, wechatpay: 30 }
const CALLS = 5
/** What Node spent on its own start is paid back before anything is timed. */
const SETTLE_MS = 200

/**
 * Lambda gives out a function's share anew every 20 ms, as others measured; the kernel's own period is printed beside it.
 * @see https://github.com/pwrdrvr/lambda-throttling
 */
const LAMBDA_PERIOD_MS = 20
const PERIODS_MS = [LAMBDA_PERIOD_MS, 100]

/**
 * Lambda starts a function on demand with a whole processor and takes the rest away once init has ended; a restart
 * within an invocation, and provisioned concurrency, get no more in init than afterwards.
 * @see https://github.com/DataDog/datadog-lambda-extension/issues/191
 */
type Init = 'on a whole processor' | 'within the share'

/**
 * With the processor of a small function and the latency of a network: what a caller waits for. Without a share of a
 * processor it gives the reason.
 */
export const small = async (setting: Setting, rounds: number): Promise<readonly Line[] | string> => {
  const lines: Line[] = []
  for (const periodMs of PERIODS_MS)
    for (const init of ['on a whole processor', 'within the share'] as const) {
      const share = shareOf(MEMORY_MB, periodMs)
      if (typeof share === 'string') return share
      await setting.outside.setLatency(LATENCY)
      const isJudged = periodMs === LAMBDA_PERIOD_MS && init === 'on a whole processor'
      const where = `${MEMORY_MB} MB by ${periodMs} ms, init ${init}`
      lines.push(...(await withShare(setting, share, rounds, init, where, isJudged)))
      await setting.outside.setLatency({ secret: 0, ledger: 0, wechatpay: 0 })
      share.remove()
    }
  return lines
}

const withShare = async (
  { outside, programs }: Setting,
  share: Share,
  rounds: number,
  init: Init,
  where: string,
  isJudged: boolean,
): Promise<readonly Line[]> => {
  const contestant = (
    name: string,
    program: Program,
    perSync: Contestant['asks'],
    perProcess: Contestant['asks'],
  ): Contestant => ({
    name,
    asks: {
      ...Object.fromEntries(Object.entries(perSync).map(([kind, count]) => [kind, count * CALLS])),
      ...perProcess,
    },
    measure: async () => {
      const process = await startSteps(program.steps, outside.env)
      if (init === 'within the share') {
        share.admit(process.pid)
        await pause(SETTLE_MS)
      }
      const load = await process.step('load')
      if (init === 'on a whole processor') share.admit(process.pid)
      const first = await process.step('call')
      for (let call = 2; call < CALLS; call += 1) await process.step('call')
      const fifth = await process.step('call')
      const memory = process.peakMb()
      await process.end()
      return { first, fifth, both: load + first, memory }
    },
  })
  const instead = isJudged ? programs.instead : []
  const sync = { claim: 1, call: 1, record: 1 }
  const measured = await runRounds(
    rounds,
    [
      contestant('ours', programs.ours, sync, { secret: 1, read: 1, party: 1 }),
      contestant('defaults', programs.defaults, sync, { secret: 1, party: 1 }),
      ...instead.map((other) => contestant(other.name, other, other.asks.sync, other.asks.process)),
    ],
    outside.counts,
  )
  const judged = (limits: { readonly atMost: number; readonly aim: number }) => (isJudged ? limits : {})
  return [
    line(
      `init + first sync at ${where}: ours / defaults with nothing in init`,
      'ms',
      measured,
      ['ours both', 'defaults both'],
      judged({ atMost: 0.45, aim: 0.4 }),
    ),
    line(
      `first sync at ${where}: ours / our fifth`,
      'ms',
      measured,
      ['ours first', 'ours fifth'],
      judged({ atMost: 1.25, aim: 1.1 }),
    ),
    line(`first sync at ${where}: ours / defaults`, 'ms', measured, ['ours first', 'defaults first']),
    ...instead.flatMap(({ name, words, atMost: { cold } }) => [
      line(
        `init + first sync at ${where}: ours / ${words}`,
        'ms',
        measured,
        ['ours both', `${name} both`],
        cold === undefined ? {} : { atMost: cold },
      ),
      line(`memory after ${CALLS} syncs: ours / ${words}`, 'MB', measured, ['ours memory', `${name} memory`]),
    ]),
  ]
}
