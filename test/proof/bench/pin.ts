import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Everyone who is measured runs on one processor, as in a small function, and the outside on the others. */
const LAST = availableParallelism() - 1
const canPin = LAST > 0 && spawnSync('taskset', ['--version']).status === 0

/** What goes before a command, to have it measured; empty where nothing can be pinned. */
export const PINNED: readonly string[] = canPin ? ['taskset', '-c', String(LAST)] : []

/** Keeps a process of ours off that processor. */
export const keepOff = (pid: number): void => {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', LAST === 1 ? '0' : `0-${LAST - 1}`, String(pid)])
}
