import type { Kind } from './history.ts'

export type OrderApi = 'payafter-orders' | 'serviceorder' | 'partner' | 'acquiringbank'

/** The path of each order API. The overseas API has another host and is not served here. */
const PATHS: readonly (readonly [path: string, api: OrderApi])[] = [
  ['/v3/payscore/payafter-orders', 'payafter-orders'],
  ['/v3/payscore/serviceorder', 'serviceorder'],
  ['/v3/payscore/partner/serviceorder', 'partner'],
  ['/v3/payscore/acquiringbank/serviceorder', 'acquiringbank'],
]

const ECHO_PATH = '/v3/security/echo'
const BILL_PATH = '/v3/bill/tradebill'
export const DOWNLOAD_PATH = '/v3/billdownload/file'
const REFUND_TARGET = /^\/v3\/refund\/domestic\/refunds\/([^/?]+)(?:\?(.*))?$/

export type Route =
  | { readonly kind: 'sync'; readonly api: OrderApi; readonly method: 'POST'; readonly segment: string }
  | { readonly kind: 'query'; readonly api: OrderApi; readonly method: 'GET'; readonly query: string }
  | { readonly kind: 'echo'; readonly method: 'POST' }
  | { readonly kind: 'bill'; readonly method: 'GET'; readonly query: string }
  | { readonly kind: 'download'; readonly method: 'GET'; readonly query: string }
  | { readonly kind: 'refund'; readonly method: 'GET'; readonly segment: string; readonly query: string | undefined }

/**
 * The call that a path names, for any method; undefined if there is no such path. Paths are compared as raw text,
 * without decoding.
 */
export const routeOf = (target: string): Route | undefined => {
  if (target === ECHO_PATH) return { kind: 'echo', method: 'POST' }
  const [path = '', ...queries] = target.split('?')
  if (path === BILL_PATH) return { kind: 'bill', method: 'GET', query: queries.join('?') }
  if (path === DOWNLOAD_PATH) return { kind: 'download', method: 'GET', query: queries.join('?') }
  const [, refund, query] = REFUND_TARGET.exec(target) ?? []
  if (refund !== undefined) return { kind: 'refund', method: 'GET', segment: refund, query }
  return orderRouteOf(target)
}

const orderRouteOf = (target: string): Route | undefined => {
  for (const [path, api] of PATHS) {
    if (!target.startsWith(path)) continue
    const rest = target.slice(path.length)
    if (rest === '' || rest.startsWith('?')) return { kind: 'query', api, method: 'GET', query: rest.slice(1) }
    const segment = /^\/([^/?]+)\/sync$/.exec(rest)?.[1]
    if (segment !== undefined) return { kind: 'sync', api, method: 'POST', segment }
  }
  return undefined
}

/** The text between two slashes, decoded once; undefined if it is not valid percent-encoded UTF-8. */
export const decodeOnce = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

export type Query = ReadonlyMap<string, string>

/** Names and values of a raw query; undefined if a value is badly encoded or a name occurs twice. */
export const parseQuery = (query: string): Query | undefined => {
  const values = new Map<string, string>()
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=')
    const name = decodeOnce(at < 0 ? pair : pair.slice(0, at))
    const value = decodeOnce(at < 0 ? '' : pair.slice(at + 1))
    if (name === undefined || value === undefined || values.has(name)) return undefined
    values.set(name, value)
  }
  return values
}

/** The kind of a request in the history, before any check. */
export const kindOf = (method: string, route: Route | undefined): Kind =>
  route === undefined || route.method !== method ? 'other' : route.kind
