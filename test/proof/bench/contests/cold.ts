import { runWhole } from '../child.ts'
import { node } from '../programs.ts'
import { type Contestant, runRounds } from '../rounds.ts'
import { type Line, line, type Setting } from './contest.ts'

/** Whole processes from their start to the first answered sync and out: CPU, with nothing to wait for. */
export const cold = async ({ outside, programs, env }: Setting, rounds: number): Promise<readonly Line[]> => {
  const first = (name: string, file: string, asks: Contestant['asks']): Contestant => ({
    name,
    asks,
    measure: async () => ({ cpu: (await runWhole([...node('whole', file), '1'], env)).cpuMs }),
  })
  const sync = { secret: 1, claim: 1, call: 1, record: 1 }
  const measured = await runRounds(
    rounds,
    [
      first('ours', programs.ours, { ...sync, read: 1 }),
      first('defaults', programs.defaults, sync),
      first('floor', programs.floor, { claim: 1, call: 1, record: 1 }),
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
  ]
}
