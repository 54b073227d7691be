import { expect, it } from 'vitest'
import { countMutants } from './count.ts'

it('mutants are counted by what became of them, and what is no program is none', () => {
  const statuses = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'CompileError', 'RuntimeError']
  const files = {
    'lib/x.ts': { mutants: statuses.map((status) => ({ status })) },
    'lib/y.ts': { mutants: [{ status: 'Killed' }] },
  }

  expect(countMutants({ files })).toEqual({ mutants: 6, killed: 3, equivalent: 1, survived: 2 })
})
