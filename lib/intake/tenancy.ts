import type { Merchant, Tills } from '../config/served.ts'
import { InputError } from '../errors.ts'

/** What a caller asks for: to hand a payment over, to take it back, to read an order, or an operator's decision. */
export type Door = 'sync' | 'withdraw' | 'status' | 'operator'

/** A till hands over, takes back and reads; IAM gives it the same routes. */
const DOORS_OF_TILLS: readonly Door[] = ['sync', 'withdraw', 'status']

/**
 * Why a caller may not act for this merchant; undefined if it may. `source` is that of an event, or over HTTP that of the
 * till whose principal calls. Who is no till, an operator or another system, is IAM's to admit.
 */
export const tenancyRefusal = (
  source: string | undefined,
  { mchid, sources }: Pick<Merchant, 'mchid' | 'sources'>,
  door: Door,
): string | undefined => {
  if (source === undefined) return undefined
  if (!sources.includes(source)) return `is not listed for merchant ${mchid}`
  return DOORS_OF_TILLS.includes(door) ? undefined : 'is a till: this is for operators'
}

/** Throws InputError where `tenancyRefusal` refuses. */
export const requireTenancy = (...asked: Parameters<typeof tenancyRefusal>): void => {
  const refusal = tenancyRefusal(...asked)
  if (refusal !== undefined) throw new InputError('source', refusal)
}

/**
 * The source of the till whose principal has this ARN; undefined if it is no till's. IAM has no two roles, and no two
 * users, of one name, whatever their paths; the ARN of a session has the role's name without its path. Throws InputError
 * for a federated user, who may be any user of the account.
 */
export const sourceOfCaller = (arn: unknown, tills: Tills, tillRoles: Tills): string | undefined => {
  const [, kind = '', path = ''] = /^arn:[^:]*:(?:iam|sts)::\d*:([a-z-]+)\/(.+)$/.exec(String(arn)) ?? []
  const all = [...Object.entries(tills), ...Object.entries(tillRoles)]
  if (kind === 'federated-user' && all.some(([, names]) => names.some((name) => name.startsWith('user/'))))
    throw new InputError('caller', 'is a federated user, who may be any user of this account')
  const name = kind === 'assumed-role' ? `role/${path.split('/')[0]}` : `${kind}/${path.split('/').at(-1)}`
  return all.find(([, names]) => names.some((one) => principalName(one) === name.toLowerCase()))?.[0]
}

/** `role/NAME` or `user/NAME` without a path. IAM compares names without their case. */
export const principalName = (principal: string): string => {
  const [kind = '', ...path] = principal.toLowerCase().split('/')
  return `${kind}/${path.at(-1)}`
}
