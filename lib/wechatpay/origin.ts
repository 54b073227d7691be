const OFFICIAL_HOSTS = new Set([
  'api.mch.weixin.qq.com',
  'api2.mch.weixin.qq.com',
  'api.wechatpay.cn',
  'api2.wechatpay.cn',
  'apihk.mch.weixin.qq.com',
])

/** Where calls go: an official host of WeChat Pay by https, or loopback; undefined for anything else. */
export const readOrigin = (value: string): URL | undefined => {
  const url = URL.parse(value)
  if (!url || url.href !== `${url.origin}/`) return undefined
  return isOfficial(url) || (isLoopback(url) && /^https?:$/.test(url.protocol)) ? url : undefined
}

/** A URL that WeChat Pay gave to be fetched with our signature: where to connect, and what to sign and send. */
export type SignedPlace = { readonly origin: URL; readonly target: string }

const URL_MOST = 2048

/**
 * The parts of such a URL, its target as it was given to the last character; undefined where our signature would go to a
 * stranger, or where it cannot be told what is meant. On loopback it is the configured origin's own, and nobody else's.
 * @param origin as configured, and read by `readOrigin`
 */
export const readSignedPlace = (given: string, origin: URL): SignedPlace | undefined => {
  if (given.length > URL_MOST) return undefined
  const url = URL.parse(given)
  if (!url || !(isLoopback(origin) ? url.origin === origin.origin : isOfficial(url))) return undefined
  const target = url.pathname + url.search
  // What a parser would mend, or leave out, is not as it was given: blanks, a user's name, a port, a fragment, dots.
  if (given !== url.origin + target || !/^\/v3\/[\x21-\x7e]+$/.test(target)) return undefined
  return { origin: new URL(url.origin), target }
}

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)

const isOfficial = ({ protocol, port, hostname }: URL): boolean =>
  protocol === 'https:' && port === '' && OFFICIAL_HOSTS.has(hostname)
