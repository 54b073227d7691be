import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'

const CONTROLLER = '/sys/fs/cgroup/cpu'

/** A part of one processor for whatever is started in it. */
export type Share = {
  /** Puts a process that runs into the share. */
  readonly admit: (pid: number) => void
  readonly remove: () => void
}

/**
 * Lambda gives a function one processor at 1769 MB, and less in proportion. How long the period is in which that is
 * given out is not published: a program that runs in bursts waits longer in a short one. Says why there is no share.
 */
export const shareOf = (memoryMb: number, periodMs: number): Share | string => {
  const folder = `${CONTROLLER}/payscore-bench-${process.pid}-${periodMs}`
  try {
    mkdirSync(folder)
    writeFileSync(`${folder}/cpu.cfs_period_us`, String(periodMs * 1000))
    writeFileSync(`${folder}/cpu.cfs_quota_us`, String(Math.round((periodMs * 1000 * memoryMb) / 1769)))
  } catch (error) {
    return `no share of a processor can be set here (${CONTROLLER}): ${error instanceof Error ? error.message : error}`
  }
  return {
    admit: (pid) => writeFileSync(`${folder}/cgroup.procs`, String(pid)),
    remove: () => rmdirSync(folder),
  }
}
