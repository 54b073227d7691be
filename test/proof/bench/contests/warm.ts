import { runWhole } from '../child.ts'
import { PINNED } from '../pin.ts'
import type { Program } from '../programs.ts'
import { type Contestant, runRounds } from '../rounds.ts'
import { type Line, line, type Setting } from './contest.ts'

/** A process that does `LONG` pieces of work less one that does `SHORT`: what start and warming up cost is not in it. */
const SHORT = 300
const LONG = 1500

/**
 * CPU and time of one piece of work in a process that is warm: of a whole sync, and of the WeChat call alone in half as
 * many rounds.
 */
export const warm = async ({ outside, programs }: Setting, rounds: number): Promise<readonly Line[]> => {
  const contestant = (
    name: string,
    { whole: command }: Pick<Program, 'whole'>,
    perWork: Contestant['asks'],
    perProcess: Contestant['asks'] = {},
  ): Contestant => ({
    name,
    asks: Object.fromEntries([
      ...Object.entries(perWork).map(([kind, count]) => [kind, count * (SHORT + LONG)]),
      ...Object.entries(perProcess).map(([kind, count]) => [kind, count * 2]),
    ]),
    measure: async () => {
      const short = await runWhole([...command, String(SHORT)], outside.env)
      const long = await runWhole([...command, String(LONG)], outside.env)
      const ofOne = (longMs: number, shortMs: number) => ((longMs - shortMs) * 1000) / (LONG - SHORT)
      return { cpu: ofOne(long.cpuMs, short.cpuMs), time: ofOne(long.tookMs, short.tookMs) }
    },
  })
  const sync = { claim: 1, call: 1, record: 1 }
  const call = { call: 1 }
  const measured = await runRounds(
    rounds,
    [
      contestant('ours', programs.ours, sync, { secret: 1, read: 1, party: 1 }),
      contestant('floor', programs.floor, sync),
      ...programs.instead.map((other) => contestant(other.name, other, other.asks.sync, other.asks.process)),
    ],
    outside.counts,
  )
  const calls = await runRounds(
    Math.ceil(rounds / 2),
    [
      contestant('call', programs.call, call),
      contestant('axios-plugin', programs.axiosPlugin, call),
      contestant('node-v3', programs.nodeV3, call),
      ...(programs.go ? [contestant('go', { whole: [...PINNED, programs.go] }, call)] : []),
    ],
    outside.counts,
  )
  const ofCall = (peer: string, name: string, atMost: number, aim: number) =>
    line(`warm CPU of the WeChat call: ours / ${name}`, 'us', calls, ['call cpu', `${peer} cpu`], { atMost, aim })
  return [
    line('warm CPU of a whole sync: ours / floor', 'us', measured, ['ours cpu', 'floor cpu'], { atMost: 2.2 }),
    ...programs.instead.flatMap(({ name, words, atMost: { warm } }) => [
      line(
        `warm CPU of a whole sync: ours / ${words}`,
        'us',
        measured,
        ['ours cpu', `${name} cpu`],
        warm === undefined ? {} : { atMost: warm },
      ),
      line(`warm time of a whole sync: ours / ${words}`, 'us', measured, ['ours time', `${name} time`]),
    ]),
    ofCall('axios-plugin', 'wechatpay-axios-plugin', 0.6, 0.5),
    ...(programs.go ? [ofCall('go', 'the official Go SDK', 0.6, 0.5)] : []),
    ofCall('node-v3', 'wechatpay-node-v3', 0.5, 0.4),
  ]
}
