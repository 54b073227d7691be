import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, it } from 'vitest'
import { InputError } from '../../lib/errors.ts'
import { httpApiEvent } from '../wechatpay/samples.ts'
import { chain } from './chain.ts'

const FUNCTIONS = new URL('../../functions/', import.meta.url)

it('logs outside of what it answers, so that a refused request is answered and logged once', async () => {
  const { lines, invoke } = chain(async () => {
    throw new InputError('mchid', 'is missing in the path')
  })

  const answer = await invoke(httpApiEvent({}))

  expect(answer).toMatchObject({ statusCode: 400 })
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ function: 'sync', error: 'ERR_INPUT', errors: 1 }])
})

it.each(readdirSync(FUNCTIONS).map((file) => basename(file, '.ts')))(
  'wraps the handler of %s in the same middlewares, under its own name',
  (name) => {
    const code = readFileSync(new URL(`${name}.ts`, FUNCTIONS), 'utf8')

    expect(code).toContain(`export const handler = middy(${name}).use(logLine('${name}')).use(respond())\n`)
  },
)
