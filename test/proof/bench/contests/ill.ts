import { LIMITS } from '../../../../lib/limits.ts'
import { startSteps } from '../child.ts'
import type { Latency } from '../server.ts'
import { ratios, spread } from '../statistics.ts'
import type { Line, Setting } from './contest.ts'

const HANGS = 60_000
const WELL: Latency = { secret: 0, ledger: 0, wechatpay: 0 }

/** Somebody whom init asks does not answer, or is not there: init still ends, and no later than its deadline. */
export const ill = async ({ outside, programs }: Setting, rounds: number): Promise<readonly Line[]> => {
  const init = async (changed: Readonly<Record<string, string>>, latency: Latency): Promise<number> => {
    await outside.setLatency(latency)
    const process = await startSteps(programs.ours.steps, { ...outside.env, ...changed })
    const took = await process.step('load')
    await process.end()
    await outside.setLatency(WELL)
    return took
  }
  const nobody = 'http://127.0.0.1:1'
  const ills: readonly [string, Readonly<Record<string, string>>, Latency][] = [
    ['Secrets Manager hangs', {}, { ...WELL, secret: HANGS }],
    ['DynamoDB hangs', {}, { ...WELL, ledger: HANGS }],
    ['nobody is there', { AWS_ENDPOINT_URL: nobody, WECHATPAY_ORIGIN: nobody }, WELL],
  ]
  const lines: Line[] = []
  for (const [what, changed, latency] of ills) {
    const took: number[] = []
    for (let round = 0; round < rounds; round += 1) took.push(await init(changed, latency))
    const deadline = took.map(() => LIMITS.init)
    const all = ratios(took, deadline)
    lines.push({
      what: `init while ${what}: ours / its deadline`,
      unit: 'ms',
      ours: spread(took),
      other: spread(deadline),
      ratio: spread(all),
      rounds: all,
      atMost: 1.1,
    })
  }
  await outside.counts()
  return lines
}
