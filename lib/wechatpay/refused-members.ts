import { membersOf } from '../json.ts'
import { list, text } from './answer-body.ts'

/** The parts of a refusal that can name members of the request. */
export type RefusalTextAndDetail = { readonly message?: string | undefined; readonly detail?: unknown }

/**
 * A member of the request named by a refusal: its part of the request, if the refusal states one, and its path there.
 */
type Member = { readonly location: string | undefined; readonly path: string }

/**
 * The refused member that comes from the configuration and not from the notice, as `body/appid`; undefined where there
 * is none. Only the order number in the path and paid_time come from a notice.
 */
export const membersOfDeployment = ({ message = '', detail }: RefusalTextAndDetail): string | undefined => {
  const named = [...list(detail).flatMap(membersIn), ...pointersIn(message)]
  if (named.length > 0) return memberText(named.find((member) => !isOfNotice(member)))
  const words = message.match(/[A-Za-z][\w-]*/g) ?? []
  if (words.some((word) => isOfNotice({ location: undefined, path: word }))) return undefined
  return words.find((word) => DEPLOYMENT.has(word))
}

const PATHS: readonly (string | undefined)[] = ['uri_template', 'path', 'uri', 'url', undefined]
const BODY: readonly (string | undefined)[] = ['body', undefined]

const isOfNotice = ({ location, path }: Member): boolean =>
  (path === 'out_order_no' && PATHS.includes(location)) ||
  (/^(detail\/)?paid_time$/.test(path) && BODY.includes(location)) ||
  // The refusal states the part of the request, but no member of it.
  (path === '' && (location === 'body' || PATHS.includes(location)))

/** Members that a message may name as bare words, without their part of the request. */
const DEPLOYMENT = new Set([
  'appid',
  'sp_appid',
  'sub_appid',
  'mchid',
  'sp_mchid',
  'sub_mchid',
  'mch_id',
  'channel_id',
  'service_id',
])

/**
 * `detail` in its documented form, `{field, location}`, and as WeChat Pay sends it, `{location, value}`, where `value`
 * may be a JSON pointer.
 */
const membersIn = (detail: unknown): readonly Member[] => {
  if (typeof detail === 'string') return pointersIn(detail)
  const { field, issue, location, value } = membersOf(detail)
  const place = text(location) || undefined
  const pointers = [...pointersIn(text(issue)), ...list(value).flatMap((item) => pointersIn(text(item)))]
  const named = [...(text(field) === '' ? [] : [memberAt(text(field), place)]), ...pointers]
  return named.length > 0 || !place ? named : [{ location: place, path: '' }]
}

/** Reads `/body/channel_id`, `#/body/channel_id`, `body.channel_id` and `channel_id`. */
const memberAt = (pointer: string, location: string | undefined): Member => {
  const steps = pointer.split(/[^\w-]+/).filter((step) => step !== '')
  const [first = '', ...rest] = steps
  return LOCATIONS.includes(first) ? { location: first, path: rest.join('/') } : { location, path: steps.join('/') }
}

const LOCATIONS = ['body', 'query', 'header', 'uri_template', 'path', 'uri', 'url']
const POINTER = new RegExp(`(?<![\\w/])/(?:${LOCATIONS.join('|')})(?:/[\\w-]+)+`, 'g')

const pointersIn = (words: string): readonly Member[] =>
  (words.match(POINTER) ?? []).map((pointer) => memberAt(pointer, undefined))

const memberText = (member: Member | undefined): string | undefined =>
  member && [member.location, member.path].filter(Boolean).join('/').slice(0, 128)
