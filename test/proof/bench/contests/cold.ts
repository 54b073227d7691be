import { runWhole } from '../child.ts'
import type { Program } from '../programs.ts'
import { type Contestant, runRounds } from '../rounds.ts'
import { type Line, line, type Setting } from './contest.ts'

/** Whole processes from their start to the first answered sync and out: CPU, with nothing to wait for. */
export const cold = async ({ outside, programs }: Setting, rounds: number): Promise<readonly Line[]> => {
  const first = (name: string, program: Program, asks: Contestant['asks']): Contestant => ({
    name,
    asks,
    measure: async () => ({ cpu: (await runWhole([...program.whole, '1'], outside.env)).cpuMs }),
  })
  const sync = { secret: 1, claim: 1, call: 1, record: 1 }
  const measured = await runRounds(
    rounds,
    [
      first('ours', programs.ours, { ...sync, read: 1, party: 1 }),
      first('defaults', programs.defaults, { ...sync, party: 1 }),
      first('floor', programs.floor, { claim: 1, call: 1, record: 1 }),
      ...programs.instead.map((other) => first(other.name, other, { ...other.asks.sync, ...other.asks.process })),
    ],
    outside.counts,
  )
  return [
    line(
      "first sync, whole process, CPU: ours / the same code by esbuild's defaults",
      'ms',
      measured,
      ['ours cpu', 'defaults cpu'],
      { atMost: 0.6, aim: 0.5 },
    ),
    line('first sync, whole process, CPU: ours / floor', 'ms', measured, ['ours cpu', 'floor cpu']),
    ...programs.instead.map(({ name, words }) =>
      line(`first sync, whole process, CPU: ours / ${words}`, 'ms', measured, ['ours cpu', `${name} cpu`]),
    ),
  ]
}
