import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

type Json = { readonly [name: string]: unknown }
type Operation = {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >
}
type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Json>> }
}

/** One HTTP response. `route` is the path with its names in braces. */
export type HttpAnswer = {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly contentType: string
  readonly body: string
}

const FOLDER = new URL('../../docs/', import.meta.url)

const read = (name: string): Json => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))

/**
 * Checks the responses and events of the local world against the published schemas. The schemas are made closed: a
 * member that no schema names is an error.
 */
export const createContract = () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const api = closed(read('openapi.json')) as OpenApi
  ajv.addSchema({ $id: 'api', components: api.components })
  const events = new Map(readEvents().map(({ detailType, name, schema }) => [detailType, { name, schema }]))
  for (const { name, schema } of events.values()) ajv.addSchema({ ...schema, $id: name })

  const compiled = new Map<string, ValidateFunction>()
  const validate = (ref: string, schema: Json, value: unknown): string | undefined => {
    const check = compiled.get(ref) ?? ajv.compile(schema)
    compiled.set(ref, check)
    return check(value) ? undefined : ajv.errorsText(check.errors)
  }

  /** What is wrong with a response; undefined if it is valid. */
  const answer = ({ method, route, status, contentType, body }: HttpAnswer): string | undefined => {
    const type = contentType.split(';', 1)[0] ?? ''
    const operation = api.paths[route]?.[method.toLowerCase()]
    const schema = operation?.responses[status]?.content?.[type]?.schema
    const where = `${method} ${route} ${status} ${type}`
    if (!schema) return `${where}: no such answer is published: ${body}`
    const wrong = validate(where, anchored(schema), JSON.parse(body))
    return wrong && `${where}: ${wrong}: ${body}`
  }

  /** What is wrong with the detail of an order event; undefined if it is valid. */
  const outcome = (detailType: string, detail: string): string | undefined => {
    const known = events.get(detailType)
    if (!known) return `${detailType}: no such event is published`
    const schema = { $ref: `${known.name}#/components/schemas/${known.name}` }
    const wrong = validate(detailType, schema, JSON.parse(detail))
    return wrong && `${detailType}: ${wrong}: ${detail}`
  }

  return { answer, outcome }
}

const readEvents = () =>
  readdirSync(new URL('events/', FOLDER)).map((file) => {
    const schema = closed(read(`events/${file}`)) as { components: { schemas: Record<string, Json> } }
    const { AWSEvent, ...details } = schema.components.schemas
    const [name = ''] = Object.keys(details)
    return { detailType: String(AWSEvent?.['x-amazon-events-detail-type']), name, schema: { ...schema } }
  })

/** All schemas of the API are registered as one document, so their references need its id. */
const anchored = (schema: Json): Json => JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/'))

/** Forbids members that a schema does not name. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inside = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]))
  return inside.type === 'object' && inside.properties ? { additionalProperties: false, ...inside } : inside
}
