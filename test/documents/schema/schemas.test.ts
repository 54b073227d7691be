import { readdirSync, readFileSync } from 'node:fs'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { NoticeSchema } from '../../../lib/intake/payment-notice.ts'
import { readTemplate, resourcesOf } from '../../../lib/local/stack/template.ts'
import { ROOT } from '../markdown.ts'
import { eventSchemas } from './events.ts'
import { schemaFiles, version } from './files.ts'
import { openApi } from './openapi.ts'

describe('the published schemas', () => {
  it.each(schemaFiles())('%s is what the code says: npm run documents', (path, text) => {
    expect(readFileSync(`${ROOT}${path}`, 'utf8')).toBe(text)
  })

  it('are all of docs/', () => {
    const published = readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => `docs/${name}`)

    expect(published.sort()).toEqual(
      schemaFiles()
        .map(([path]) => path)
        .sort(),
    )
  })

  it('are no part of what the functions and the commands are made of', () => {
    const files = ['functions', 'lib'].flatMap((folder) =>
      readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
        .map((file) => `${folder}/${file}`)
        .filter((file) => file.endsWith('.ts') && !file.startsWith('lib/local/')),
    )

    const importing = files.filter((file) =>
      /from '([^']*\/documents\/|@valibot\/|ajv|@redocly\/)/.test(readFileSync(`${ROOT}${file}`, 'utf8')),
    )

    expect(files.length).toBeGreaterThan(100)
    expect(importing).toEqual([])
  })
})

describe('the HTTP API', () => {
  it('has the routes of the stack and no other', () => {
    const routes = resourcesOf(readTemplate(), 'AWS::ApiGatewayV2::Route').map(([, route]) => route.Properties.RouteKey)

    const { paths } = openApi(version) as { paths: Record<string, Record<string, unknown>> }
    const published = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((name) => name !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path}`),
    )

    expect(published.sort()).toEqual(routes.sort())
  })
})

const problemsOf = async (source: string, ruleset: 'recommended-strict' | 'spec') => {
  const config = await createConfig({ extends: [ruleset] })
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)
}

describe('a linter that is not ours', () => {
  it('finds nothing in the HTTP API', async () => {
    expect(await problemsOf(JSON.stringify(openApi(version)), 'recommended-strict')).toEqual([])
  })

  it.each(Object.entries(eventSchemas(version)))('finds nothing in %s', async (_, schema) => {
    expect(await problemsOf(JSON.stringify(schema), 'spec')).toEqual([])
  })

  it('would find what is wrong', async () => {
    const { paths, ...rest } = openApi(version)

    const problems = await problemsOf(JSON.stringify({ ...rest, paths: { '/x': { get: {} } } }), 'recommended-strict')

    expect(problems.join()).toContain('operation-operationId')
  })
})

describe('the schema of a notice', () => {
  const file = eventSchemas(version)['paid-offline.json'] as {
    components: { schemas: { PaidOffline: Record<string, unknown> } }
  }
  const isPublished = new Ajv2020({ strict: false }).compile(file.components.schemas.PaidOffline)

  const RIGHT = { mchid: '1900000109', out_order_no: 'A|1*_-', detail: { paid_time: '20261124103000' } }

  it.each([
    RIGHT,
    { ...RIGHT, amount: 1, shop_id: '福田店', cashier_id: 'C 1', pos_ref: 'R-1', service_id: '5', type: 'Order_Paid' },
    { ...RIGHT, unknown: true },
    { ...RIGHT, out_order_no: '' },
    { ...RIGHT, out_order_no: 'A'.repeat(33) },
    { ...RIGHT, out_order_no: 'A/1' },
    { ...RIGHT, detail: {} },
    { ...RIGHT, amount: 0 },
    { ...RIGHT, amount: 1.5 },
    { ...RIGHT, amount: '100' },
    { ...RIGHT, type: 'Order_Cancelled' },
    { ...RIGHT, shop_id: '' },
    { ...RIGHT, shop_id: 'a\nb' },
    { ...RIGHT, mchid: 1900000109 },
  ])('takes and refuses what the code does: %j', (notice) => {
    expect(isPublished(notice)).toBe(v.is(NoticeSchema, notice))
  })
})
