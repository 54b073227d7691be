import { membersOf } from '../json.ts'
import { list, text } from './answer-body.ts'

/** What of a refusal can name members of a request. */
export type Complaint = { readonly message?: string | undefined; readonly detail?: unknown }

/** A member of a request as a refusal names it: in which part of the request, if that is said, and its path there. */
type Member = { readonly location: string | undefined; readonly path: string }

/**
 * The member for which not the notice but the deployment is to blame, as `body/appid`; undefined where there is none.
 * Only the order number in the path and the time of payment come from a notice.
 */
export const membersOfDeployment = ({ message = '', detail }: Complaint): string | undefined => {
  const named = [...list(detail).flatMap(membersIn), ...pointersIn(message)]
  if (named.length > 0) return inWords(named.find((member) => !isOfNotice(member)))
  const words = message.match(/[A-Za-z][\w-]*/g) ?? []
  if (words.some((word) => isOfNotice({ location: undefined, path: word }))) return undefined
  return words.find((word) => DEPLOYMENT.has(word))
}

const PATHS: readonly (string | undefined)[] = ['uri_template', 'path', 'uri', 'url', undefined]
const BODY: readonly (string | undefined)[] = ['body', undefined]

const isOfNotice = ({ location, path }: Member): boolean =>
  (path === 'out_order_no' && PATHS.includes(location)) ||
  (/^(detail\/)?paid_time$/.test(path) && BODY.includes(location)) ||
  // No more is said than where it is.
  (path === '' && (location === 'body' || PATHS.includes(location)))

/** Said without their place, as bare words of a message. */
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

/** `detail` as it is documented, `{field, location}`; and as it comes, `{location, value}`, where the value may be a pointer. */
const membersIn = (detail: unknown): readonly Member[] => {
  if (typeof detail === 'string') return pointersIn(detail)
  const { field, issue, location, value } = membersOf(detail)
  const place = text(location) || undefined
  const pointers = [...pointersIn(text(issue)), ...list(value).flatMap((one) => pointersIn(text(one)))]
  const named = [...(text(field) === '' ? [] : [memberAt(text(field), place)]), ...pointers]
  return named.length > 0 || !place ? named : [{ location: place, path: '' }]
}

/** `/body/channel_id`, `#/body/channel_id`, `body.channel_id`, `channel_id`. */
const memberAt = (pointer: string, location: string | undefined): Member => {
  const steps = pointer.split(/[^\w-]+/).filter((step) => step !== '')
  const [first = '', ...rest] = steps
  return LOCATIONS.includes(first) ? { location: first, path: rest.join('/') } : { location, path: steps.join('/') }
}

const LOCATIONS = ['body', 'query', 'header', 'uri_template', 'path', 'uri', 'url']
const POINTER = new RegExp(`(?<![\\w/])/(?:${LOCATIONS.join('|')})(?:/[\\w-]+)+`, 'g')

const pointersIn = (words: string): readonly Member[] =>
  (words.match(POINTER) ?? []).map((pointer) => memberAt(pointer, undefined))

const inWords = (member: Member | undefined): string | undefined =>
  member && [member.location, member.path].filter(Boolean).join('/').slice(0, 128)
