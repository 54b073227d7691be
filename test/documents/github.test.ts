import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from './markdown.ts'

const WORKFLOWS = `${ROOT}.github/workflows/`
const FORMS = `${ROOT}.github/ISSUE_TEMPLATE/`

type Workflow = {
  readonly permissions: object
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly strategy: { readonly matrix: { readonly node: readonly number[] } }
        readonly steps: readonly { readonly run?: string; readonly uses?: string }[]
      }
    >
  >
}
type Form = {
  readonly body: readonly {
    readonly type: string
    readonly id?: string
    readonly attributes: { readonly label?: string; readonly value?: string; readonly description?: string }
    readonly validations?: { readonly required: boolean }
  }[]
}

describe('workflows', () => {
  const files = readdirSync(WORKFLOWS)
  const texts = files.map((file) => readFileSync(`${WORKFLOWS}${file}`, 'utf8'))
  const [workflow] = texts.map((text) => parse(text) as Workflow)

  it('pin every action by its full commit, and say which version that is', () => {
    const used = texts.flatMap((text) => text.match(/uses: .*/g) ?? [])

    expect(used.length).toBeGreaterThan(1)
    expect(used.filter((line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
  })

  it('may only read', () => {
    expect(workflow?.permissions).toEqual({ contents: 'read' })
  })

  it('do all that .ci/run does, under two versions of Node', () => {
    const { steps = [], strategy } = workflow?.jobs.test ?? {}
    const run = steps.map((step) => step.run ?? '').join('\n')
    const wanted = readFileSync(`${ROOT}.ci/run`, 'utf8').match(/(npm ci|npm test|bash \S+)$/gm) ?? []

    expect(wanted.length).toBeGreaterThan(3)
    expect(wanted.filter((command) => !run.includes(command))).toEqual([])
    expect(strategy?.matrix.node).toEqual([22, 24])
  })
})

describe('issue forms', () => {
  const read = (name: string) => parse(readFileSync(`${FORMS}${name}`, 'utf8')) as Form
  const names = readdirSync(FORMS).filter((name) => name !== 'config.yml')
  const english = names.filter((name) => !name.includes('.zh-CN.'))

  it.each(english)('%s asks the same in Chinese', (name) => {
    const shapeOf = (form: Form) => form.body.map(({ type, id, validations }) => ({ type, id, validations }))

    expect(shapeOf(read(name.replace('.yml', '.zh-CN.yml')))).toEqual(shapeOf(read(name)))
    expect(names).toHaveLength(2 * english.length)
  })

  it.each(names)('%s asks for the Request-Id and for no key, and warns of pasting one', (name) => {
    const [warning, ...fields] = read(name).body
    const asked = fields.filter(({ id }) => id !== 'clean').map(({ attributes }) => JSON.stringify(attributes))

    expect(asked.join()).toContain('Request-Id')
    expect(warning?.attributes.value).toMatch(/\*\*Never paste\*\* a private key|\*\*切勿粘贴\*\*商户私钥/)
    expect(asked.filter((text) => /private|secret|apiclient|APIv3|私钥|证书/i.test(text))).toEqual([])
  })
})
