import { expect, it } from 'vitest'
import { openKey, readStatementKey, reportKey, statementKeyOf } from '../../lib/statements/statement-key.ts'

it.each([
  ['statements/1900000109/a.csv', '1900000109', undefined, 'reports/1900000109/a.csv.html'],
  ['statements/1800000001/1900000125/a.csv', '1900000125', '1800000001', 'reports/1800000001/1900000125/a.csv.html'],
])('reads %s, in the folder of who signs', (key, mchid, provider, report) => {
  const statement = readStatementKey(key)

  expect(statement).toMatchObject({ key, mchid, name: 'a.csv' })
  expect(statement?.provider).toBe(provider)
  expect(statement && reportKey(statement, 'html')).toBe(report)
  expect(statement && statementKeyOf(openKey(statement))).toBe(key)
})

it.each(['statements/a.csv', 'statements/1/2/3/a.csv', 'statements/1/x/a.csv', 'statements/1/2/'])(
  'takes %s for no statement',
  (key) => {
    expect(readStatementKey(key)).toBeUndefined()
  },
)
