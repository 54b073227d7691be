import { describe, expect, it } from 'vitest'
import { readTemplate, resourcesOf, type Template } from '../../lib/local/stack/template.ts'
import Limits, { findDoubles } from '../../stack/limits-plugin.ts'
import { busPolicy, list, managedPolicy } from './policies.ts'
import { packagedWith } from './two-tills.ts'

const services = { s: 'w' }

/** The doors of sources that each serve one merchant: 100, 101, … */
const doorsOf = (...sources: readonly string[]) =>
  packagedWith({
    merchants: Object.fromEntries(sources.map((source, i) => [`${100 + i}`, { sources: [source], services }])),
    tills: Object.fromEntries(sources.map((source, i) => [source, { principals: [`role/pos-${i}`], accounts: [] }])),
  })

/** Each policy of a till with the merchants that its resources name. */
const reaches = (template: Template) =>
  resourcesOf(template, 'AWS::IAM::ManagedPolicy')
    .filter(([id]) => id.startsWith('Till'))
    .map(([id]) => {
      const text = JSON.stringify(managedPolicy(template, id).Statement.map(({ Resource }) => list(Resource)))
      return [id, [...new Set(text.match(/(?<=\/)1\d\d(?=\/)/g))]]
    })

describe('two sources whose names are alike', () => {
  it.each([
    ['where one ends like a policy of the other', 'S', 'S.statement'],
    ['where one ends like a part of the other', 'S', 'S2'],
    ['where one ends like a role of the other', 'S', 'S.role'],
    ['by all but their punctuation', 'com.example', 'com-example'],
    ['by all but capitals', 'com.example', 'com.EXAMPLE'],
    ['in all of their first 255 characters', `${'s'.repeat(255)}A`, `${'s'.repeat(255)}B`],
  ])('%s reach one merchant each, by a policy of their own for notices and for lists', async (_, a, b) => {
    const reached = reaches(await doorsOf(a, b)).map(([, merchants]) => merchants)

    expect(reached.toSorted()).toEqual([['100'], ['100'], ['101'], ['101']])
  })

  it.each([
    ['in their first 59 characters', `${'s'.repeat(59)}A`, `${'s'.repeat(59)}B`],
    ['by all but their punctuation', 'com.example', 'com-example'],
    ['by all but capitals', 'com.example', 'com.EXAMPLE'],
  ])('%s are denied to others by a statement each', async (_, a, b) => {
    const template = await doorsOf(a, b)
    const ids = resourcesOf(template, 'AWS::Events::EventBusPolicy').map(([, { Properties }]) =>
      String(Properties.StatementId).toLowerCase(),
    )
    const denied = busPolicy(template).Statement.flatMap(({ Condition }) =>
      Object.values((Condition?.['ForAnyValue:StringEquals'] ?? {}) as Record<string, string[]>).flat(),
    )

    expect(new Set(ids).size).toBe(3)
    expect(ids.filter((id) => id.length > 64)).toEqual([])
    expect(denied.toSorted()).toEqual([a, b].toSorted())
  })

  it('give the names that a deployed stack has had, whatever other tills there are', async () => {
    const outputsOf = ({ Outputs }: Template) => Object.keys(Outputs).filter((name) => name.startsWith('Till'))
    const alone = outputsOf(await doorsOf('com.example.pos'))
    const beside = outputsOf(await doorsOf('com.example.aaa', 'com.example.pos'))

    expect(alone).toEqual(['TillComExamplePosc803369ba7bfPolicy', 'TillComExamplePosc803369ba7bfStatementPolicy'])
    expect(beside).toEqual(expect.arrayContaining(alone))
  })
})

describe('packaging fails', () => {
  const resource = (Type: string, Properties: object = {}) => ({ Type, Properties: { ...Properties } })
  const queue = resource('AWS::SQS::Queue')
  const policyOf = (...Sids: readonly string[]) =>
    resource('AWS::IAM::ManagedPolicy', { PolicyDocument: { Statement: Sids.map((Sid) => ({ Sid })) } })

  it.each<[string, Parameters<typeof findDoubles>[0], string]>([
    [
      'on a resource that two files make',
      [{ Resources: { Till: queue } }, { Resources: { Till: queue } }],
      'Resources.Till is made twice',
    ],
    [
      'on a resource that the packager makes as well',
      [readTemplate(), { Resources: { SyncLambdaFunction: queue } }],
      'Resources.SyncLambdaFunction is made twice',
    ],
    [
      'on resources that differ by capitals alone',
      [{ Resources: { Till: queue, TILL: queue } }],
      'Resources.Till or Resources.TILL is made twice',
    ],
    [
      'on an output that two files make',
      [{ Outputs: { Bus: {} } }, { Outputs: { Bus: {} } }],
      'Outputs.Bus is made twice',
    ],
    [
      'on a statement of the bus that two resources make',
      [
        {
          Resources: {
            A: resource('AWS::Events::EventBusPolicy', { StatementId: 'only-s' }),
            B: resource('AWS::Events::EventBusPolicy', { StatementId: 'only-S' }),
          },
        },
      ],
      'AWS::Events::EventBusPolicy StatementId only-s or AWS::Events::EventBusPolicy StatementId only-S is made twice',
    ],
    [
      'on a statement that stands twice in one policy',
      [{ Resources: { A: policyOf('one', 'two', 'one'), B: policyOf('one') } }],
      'statement one of A is made twice',
    ],
    [
      'on a rule whose name another rule has',
      [
        {
          Resources: {
            A: resource('AWS::Events::Rule', { Name: 'r' }),
            B: resource('AWS::Events::Rule', { Name: 'r' }),
          },
        },
      ],
      'AWS::Events::Rule Name r is made twice',
    ],
    [
      'on a second policy of one queue, which would take the place of the first',
      [
        {
          Resources: {
            A: resource('AWS::SQS::QueuePolicy', { Queues: [{ Ref: 'Q' }] }),
            B: resource('AWS::SQS::QueuePolicy', { Queues: [{ Ref: 'Q' }] }),
          },
        },
      ],
      'policy of {"Ref":"Q"} is made twice',
    ],
  ])('%s', (_, parts, problem) => {
    expect(findDoubles(parts)).toEqual([problem])
  })

  it('before the files are merged, when the names can still be told apart', () => {
    const resources = [{ Resources: { Till: queue } }, { Resources: { Till: queue } }]
    const { hooks } = new Limits({
      classes: { Error },
      configurationInput: { resources },
      service: { provider: { compiledCloudFormationTemplate: { Resources: {}, Outputs: {} } } },
      getProvider: () => ({ naming: { getStackName: () => 'payscore-sync-dev' } }),
    })

    expect(hooks['before:aws:package:finalize:mergeCustomProviderResources']).toThrow(
      'the stack cannot be deployed:\n- Resources.Till is made twice',
    )
  })

  it('not on this stack', () => {
    expect(findDoubles([readTemplate()])).toEqual([])
  })
})
