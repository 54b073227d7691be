import { expect, it } from 'vitest'
import { openKey, readStatementKey, reportKey, shopsKey, statementKeyOf } from '../../lib/statements/statement-key.ts'

it('reads the key of a list, in the folder of who signs', () => {
  const key = 'statements/1800000001/a.csv'
  const statement = readStatementKey(key)

  expect(statement).toEqual({ key, mchid: '1800000001', name: 'a.csv' })
  expect(statement && reportKey(statement, 'html')).toBe('reports/1800000001/a.csv.html')
  expect(statement && shopsKey(statement)).toBe('reports/1800000001/shops/a.csv.csv')
  expect(statement && statementKeyOf(openKey(statement))).toBe(key)
})

it.each([
  'statements/a.csv',
  'statements/1/2/a.csv',
  'statements/1/2/3/a.csv',
  'statements/1/x/a.csv',
  'statements/1/2/',
])('takes %s for no statement', (key) => {
  expect(readStatementKey(key)).toBeUndefined()
})
