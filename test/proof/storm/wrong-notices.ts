// Payment notices with typing errors and forged ones, in every mode. It shows why `amount` is needed.
import { type Mode, runWrongNotices } from './run-wrong-notices.ts'

const COUNT = 10_000
const SEED = 20_261_124

const broken: string[] = []
for (const mode of ['check', 'observe', 'sync'] satisfies readonly Mode[]) {
  const result = await runWrongNotices(COUNT, mode, SEED)
  console.log(mode, JSON.stringify(result))
  if (mode !== 'sync' && result.wronglyClosed > 0) broken.push(`${mode}: ${result.wronglyClosed} wrong orders closed`)
  if (mode !== 'observe' && result.rightLost > 0) broken.push(`${mode}: ${result.rightLost} right notices lost`)
  if (mode === 'observe' && result.posts > 0) broken.push(`observe: ${result.posts} syncs sent`)
  if (result.forgedRefused !== result.forged) broken.push(`${mode}: a forged notice was taken`)
}
if (broken.length > 0) {
  console.error(broken.join('\n'))
  process.exitCode = 1
}
