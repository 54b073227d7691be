import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../lib/limits.ts'
import { propertiesOf, readTemplate, resourcesOf } from '../../lib/local/stack/template.ts'
import { list, managedPolicy, rolePolicy } from '../stack/policies.ts'
import { readDocument } from './markdown.ts'

const template = readTemplate()
const { tables } = readDocument('SECURITY.md')

/** The table whose head begins like this. */
const tableOf = (head: string, second: string) =>
  tables.find((table) => table.head[0] === head && table.head[1] === second)?.rows ?? []

const readsSecrets = ({ Statement }: ReturnType<typeof rolePolicy>): boolean =>
  Statement.some(
    ({ Action, Resource }) =>
      list(Action).some((action) => action.startsWith('secretsmanager:')) &&
      !list(Resource).some((secret) => secret.includes(':secret:CustomerKey-')),
  )

describe('SECURITY.md', () => {
  const readers = resourcesOf(template, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
    const [role = ''] = (Properties.Role as { readonly 'Fn::GetAtt': readonly string[] })['Fn::GetAtt']
    return readsSecrets(rolePolicy(template, role)) ? [id.replace('LambdaFunction', '').toLowerCase()] : []
  })

  it.each([
    ['secret', 'who reads it'],
    ['密钥', '谁读取'],
  ])('names the functions that read a merchant’s key as the template has them: %s', (...head) => {
    const [merchants, webhook] = tableOf(...head)

    expect([...(merchants?.[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name).toSorted()).toEqual(
      readers.toSorted(),
    )
    expect(webhook?.[1]).not.toContain('`')
  })

  it('says rightly that no policy of people or tills reads a merchant’s secret', () => {
    const policies = resourcesOf(template, 'AWS::IAM::ManagedPolicy').map(([id]) => id)

    expect(policies.length).toBeGreaterThan(3)
    expect(policies.filter((id) => readsSecrets(managedPolicy(template, id)))).toEqual([])
  })

  it('counts what a flood costs rightly, at the pace of a day', () => {
    const rows = tableOf('what', 'how many')
    const number = (cell = '') => Number(cell.replaceAll(',', ''))
    const wrong = rows.slice(0, -1).filter(([, many, each, price, sum]) => {
      const exact = (number(many) * number(each) * number(price)) / 1_000_000
      return Math.abs(exact - number(sum)) > 0.006
    })
    const together = rows.slice(0, -1).reduce((sum, row) => sum + number(row[4]), 0)

    expect(rows).toHaveLength(12)
    expect(wrong).toEqual([])
    expect(together).toBeCloseTo(number(rows.at(-1)?.[4]), 2)
    expect(number(rows[6]?.[1])).toBe(LIMITS.dispatchesPerSecond * 86_400)
  })

  it('counts the minutes of the route by its rate', () => {
    const { RouteSettings } = propertiesOf(template, 'HttpApiStage') as {
      readonly RouteSettings: Readonly<Record<string, { readonly ThrottlingRateLimit: number }>>
    }
    const [sync] = Object.values(RouteSettings)

    expect(Math.ceil(100_000 / (sync?.ThrottlingRateLimit ?? 0) / 60)).toBe(34)
  })
})
