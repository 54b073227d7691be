import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** All values in bytes. */
export type ProcessMemory = NodeJS.MemoryUsage & { readonly peakRss: number }

/** Resident memory of each process. */
export const rssBytes = (pids: readonly number[]): number[] => pids.map((pid) => rssKib(pid) * 1024)

const rssKib = (pid: number): number =>
  process.platform === 'linux'
    ? Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
    : Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
