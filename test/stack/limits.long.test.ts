import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { readTemplate } from '../../lib/local/stack/template.ts'
import { findTooLarge } from '../../stack/limits-plugin.ts'
import { packageCopy } from './package-copy.ts'
import { packagedWith } from './two-tills.ts'

const services = { s: 'w' }

/** As many tills as named, each with principals of its own. */
const tills = (count: number, principals: number, longName = 'com.example.pos') => {
  const sources = Array.from({ length: count }, (_, i) => `${longName}${100 + i}`)
  return {
    merchants: { '1900000109': { sources, services } },
    tills: Object.fromEntries(
      sources.map((source, at) => [
        source,
        {
          principals: Array.from({ length: principals }, (_, i) => `role/tills-of-the-shops/terminal-${at}-${i}`),
          accounts: [],
        },
      ]),
    ),
  }
}
const till = (mchids: readonly string[], more: object) => ({
  merchants: Object.fromEntries(mchids.map((mchid) => [mchid, { sources: ['a'], services }])),
  tills: { a: { principals: [], accounts: [], ...more } },
})
const refusalsOf = async (merchantsFile: object, stack = 'payscore-sync-prod') =>
  findTooLarge(await packagedWith(merchantsFile), stack)

describe('packaging refuses what AWS would refuse', () => {
  it.each<[string, object, RegExp]>([
    [
      'more tills than the policy of a bus holds',
      tills(30, 1),
      /^policy of the event bus, characters: 1\d{4} where AWS takes 10240\. Give fewer tills or principals to this stack/,
    ],
    [
      'fewer tills of many principals each',
      tills(12, 8),
      /^policy of the event bus, characters: 1\d{4} where AWS takes 10240\. /,
    ],
    [
      'more sources than an event pattern names',
      tills(20, 0, 'com.example.a-very-long-name.'.repeat(4)),
      /^event pattern of PaidOfflineRule, characters: 2\d{3} where AWS takes 2048\. /,
    ],
    [
      'more accounts than a trust policy names',
      till(['1900000109'], {
        accounts: Array.from({ length: 60 }, (_, i) => `${111_122_223_300 + i}`),
        external_id: 'agreed',
      }),
      /^trust policy of role TillAca978112ca1bRole, characters: \d{4} where AWS takes 2048\. Give this till fewer accounts/,
    ],
    [
      'an external id that is too long for the trust policy',
      till(['1900000109'], {
        accounts: Array.from({ length: 20 }, (_, i) => `${111_122_223_300 + i}`),
        external_id: 'x'.repeat(1224),
      }),
      /^trust policy of role TillAca978112ca1bRole, characters: 2\d{3} where AWS takes 2048\. /,
    ],
    [
      'more outputs than a template has',
      tills(99, 0),
      /^outputs of the template: 2\d\d where AWS takes 200\. Give fewer tills/,
    ],
  ])('%s', async (_, merchantsFile, said) => {
    expect(await refusalsOf(merchantsFile)).toContainEqual(expect.stringMatching(said))
  })

  it('the names of a stage that is too long', async () => {
    const template = JSON.parse(
      JSON.stringify(readTemplate()).replaceAll('payscore-sync-dev', `payscore-sync-${'x'.repeat(40)}`),
    )

    expect(findTooLarge(template, `payscore-sync-${'x'.repeat(40)}`)).toContain(
      'Name of PaidOfflineRule, characters: 67 where AWS takes 64. Choose a shorter stage.',
    )
  })

  it.each<[string, string, object, string]>([
    [
      'variables',
      'SyncLambdaFunction',
      { Environment: { Variables: { A: 'x'.repeat(4096) } } },
      'where AWS takes 4096',
    ],
    [
      'policies inside a role',
      'SyncRole',
      { Policies: [{ PolicyDocument: { Statement: [{ Sid: 'x'.repeat(10_240) }] } }] },
      'where AWS takes 10240',
    ],
    [
      'the policy of a queue',
      'NoticeDeadLettersPolicy',
      { PolicyDocument: { Statement: [{ Sid: 'x'.repeat(8192) }] } },
      'where AWS takes 8192',
    ],
    [
      'the policy of a bucket',
      'StatementsTlsOnly',
      { PolicyDocument: { Statement: [{ Sid: 'x'.repeat(20_480) }] } },
      'where AWS takes 20480',
    ],
    [
      'the policies of a role for other accounts',
      'SyncRole',
      { ManagedPolicyArns: Array.from({ length: 11 }, (_, i) => ({ Ref: `TillAca978112ca1bPolicy${i}` })) },
      'where AWS takes 10. Divide the merchants of this till between two sources.',
    ],
    ['what an alarm says', 'LagAlarm', { AlarmDescription: 'x'.repeat(1025) }, 'where AWS takes 1024'],
  ])('%s that grew', (_, id, changed, said) => {
    const template = readTemplate()
    const { Type = '', Properties = {} } = template.Resources[id] ?? {}
    const Resources = { ...template.Resources, [id]: { Type, Properties: { ...Properties, ...changed } } }

    const [refusal, ...others] = findTooLarge({ ...template, Resources }, 'payscore-sync-dev')

    expect(refusal).toContain(id)
    expect(refusal).toContain(said)
    expect(others).toEqual([])
  })

  it.each<[string, object]>([
    ['ten tills of two principals', tills(10, 2)],
    [
      'one till of 60 merchants',
      till(
        Array.from({ length: 60 }, (_, i) => `${1_900_000_000 + i}`),
        {},
      ),
    ],
  ])('and takes %s', async (_, merchantsFile) => {
    expect(await refusalsOf(merchantsFile)).toEqual([])
  })
})

describe('npm run package', () => {
  const file = `${tmpdir()}/thirty-tills-${process.pid}.json`
  afterAll(() => rmSync(file, { force: true }))

  it('fails with the sentence that says which document, how large, and what to do', async () => {
    writeFileSync(file, JSON.stringify(tills(30, 1)))

    await expect(packageCopy(1_795_000_000, `--param=merchants=${file}`)).rejects.toMatchObject({
      stdout: expect.stringMatching(
        /the stack cannot be deployed:\n- policy of the event bus, characters: 1\d{4} where AWS takes 10240\. Give fewer tills or principals to this stack: deploy a second one, by its own stage and merchants file\./,
      ),
    })
  })
})
