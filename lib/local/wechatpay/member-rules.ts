import type { Problem } from './answer.ts'

/** A text member: its name in WeChat Pay's messages, its maximum length in bytes, and whether it is required. */
export type Member = { readonly label: string; readonly max: number; readonly required: boolean }

export type Members = Readonly<Record<string, Member>>

export const must = (label: string, max = 32): Member => ({ label, max, required: true })
export const may = (label: string, max = 32): Member => ({ label, max, required: false })

type Location = 'body' | 'query' | 'uri_template'

/** Where a member is, for example `/detail/paid_time` in the body. */
export type Place = { readonly location: Location; readonly field: string; readonly label: string }

const problem = (
  refusal: Problem['refusal'],
  { location, field }: Pick<Place, 'location' | 'field'>,
  message: string,
  value?: unknown,
): Problem => ({ refusal, message, detail: { location, field, ...(value !== undefined && { value }) } })

/** A value of the right type that is not allowed. */
export const illegal = (place: Place, message: string, value?: unknown): Problem =>
  problem('parameter-illegal', place, message, value)

export const missing = (place: Place): Problem =>
  illegal(place, `输入源“/${place.location}${place.field}”映射到字段“${place.label}”必填性规则校验失败，此字段为必填项`)

export const wrongType = (place: Place, wanted: string, value: unknown): Problem =>
  illegal(
    place,
    `无法将 JSON 输入源“/${place.location}${place.field}”映射到目标字段“${place.label}”中，此字段需要一个合法的${wanted}`,
    value,
  )

const wrongLength = (place: Place, bytes: number, limit: string): Problem =>
  problem(
    'parameter-out-of-range',
    place,
    `输入源“/${place.location}${place.field}”映射到值字段“${place.label}”字符串规则校验失败，字节数 ${bytes}，${limit}`,
    bytes,
  )

export const lengthProblem = (place: Place, value: string, max: number): Problem | undefined => {
  const bytes = Buffer.byteLength(value)
  if (bytes < 1) return wrongLength(place, bytes, '小于最小值 1')
  return bytes > max ? wrongLength(place, bytes, `大于最大值 ${max}`) : undefined
}

const extra = (field: string): Problem =>
  problem('extra-member', { location: 'body', field }, `请求报文包含未定义的参数“/body${field}”`)

const MAPPED_TWICE = problem(
  'extra-member',
  { location: 'body', field: '/out_order_no' },
  '无法将输入源“/body/out_order_no”映射到目标字段“商户服务订单号”中，此字段并非多重字段但被输入源“/uri_template/out_order_no”映射过了。',
)

/** WeChat Pay accepts UTF-8 characters of up to three bytes, so no emoji. */
const FOUR_BYTE_CHARACTER = /[\u{10000}-\u{10FFFF}]/u

/** The problem with one text member, if any. */
export const textProblem = (place: Place, value: unknown, max: number): Problem | undefined => {
  if (typeof value !== 'string') return wrongType(place, '字符串', value)
  if (FOUR_BYTE_CHARACTER.test(value)) return illegal(place, `参数“${place.label}”包含不支持的字符`, value)
  return lengthProblem(place, value, max)
}

/** The first member of a body that is unknown, missing, or no text of the right length. null is not a text. */
export const membersProblem = (
  value: Readonly<Record<string, unknown>>,
  members: Members,
  prefix = '',
): Problem | undefined => {
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(members, name)) continue
    return `${prefix}/${name}` === '/out_order_no' ? MAPPED_TWICE : extra(`${prefix}/${name}`)
  }
  for (const [name, { label, max, required }] of Object.entries(members)) {
    const place: Place = { location: 'body', field: `${prefix}/${name}`, label }
    const found = Object.hasOwn(value, name)
    if (!found && !required) continue
    const wrong = found ? textProblem(place, value[name], max) : missing(place)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
