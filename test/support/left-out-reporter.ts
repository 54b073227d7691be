import { globSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/** Prints after the quick tests which tests were not run, and the command that runs them. */
export default class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const ran = new Set(modules.map(({ project }) => project.name))
    const isWhole = modules.length > 100
    if (!isWhole || ran.has('long')) return
    const files = globSync('test/**/*.long.test.ts')
    process.stdout.write(
      `\n Left out: ${files.length} files that prove by long runs (${files.map(nameOf).sort().join(', ')}).\n Run them with: npm run test:long\n\n`,
    )
  }
}

const nameOf = (file: string): string => file.replace(/^test\//, '').replace('.long.test.ts', '')
