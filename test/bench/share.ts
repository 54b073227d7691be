import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'

const CONTROLLER = '/sys/fs/cgroup/cpu'
const PERIOD_US = 20_000

/** A part of one processor for whatever is started in it. */
export type Share = {
  /** The command that runs `command` within the share. */
  readonly within: (command: readonly string[]) => readonly string[]
  readonly remove: () => void
}

/** Lambda gives a function one processor at 1769 MB, and less in proportion. */
export const shareOf = (memoryMb: number): Share | string => {
  const folder = `${CONTROLLER}/payscore-bench-${process.pid}`
  try {
    mkdirSync(folder)
    writeFileSync(`${folder}/cpu.cfs_period_us`, String(PERIOD_US))
    writeFileSync(`${folder}/cpu.cfs_quota_us`, String(Math.round((PERIOD_US * memoryMb) / 1769)))
  } catch (error) {
    return `no share of a processor can be set here (${CONTROLLER}): ${error instanceof Error ? error.message : error}`
  }
  return {
    within: (command) => ['bash', '--norc', '-c', `echo $$ > ${folder}/cgroup.procs && exec "$@"`, 'bash', ...command],
    remove: () => rmdirSync(folder),
  }
}
