import { type Door, sourceOfCaller, tenancyRefusal } from '../../lib/intake/tenancy.ts'
import { readMerchantsFile } from '../../stack/merchants-plugin.ts'
import { logicalName } from '../../stack/names.ts'
import type { Case } from './callers.ts'
import { managedPolicy } from './policies.ts'
import { packagedWith } from './two-tills.ts'

/** A request of a till that IAM and then the code decide. */
export type ManyCase = {
  readonly request: Case
  /** IAM alone must refuse what no till may do for anybody. */
  readonly isForTills: boolean
  /** Whether the code lets it through, if it gets as far. */
  readonly isLetThrough: boolean
  /** What must come of both together. */
  readonly isExpected: boolean
}

const ACCOUNT = '111122223333'
const API = `arn:aws:execute-api:ap-east-1:${ACCOUNT}:HttpApi/$default`
const numbers = (first: number, count: number) => Array.from({ length: count }, (_, i) => `${first + i}`)

const CHAIN = numbers(1_900_000_000, 400)
const RIVAL = numbers(1_910_000_000, 400)
const FEW = numbers(1_920_000_000, 3)
const SHOPS = numbers(1_700_000_000, 5000)
const BANKED = numbers(1_600_000_000, 30)

const direct = (source: string, mchids: readonly string[]) =>
  Object.fromEntries(mchids.map((mchid) => [mchid, { sources: [source], services: { s: 'w' } }]))
const provider = (source: string, sub_merchants: 'any' | readonly string[]) => ({
  sources: [source],
  services: { s: '' },
  sub_merchants,
})

/** More merchants than one managed policy can name, direct, listed and any; and two tills that have few. */
const FILE = {
  merchants: { ...direct('chain', CHAIN), ...direct('rival', RIVAL), ...direct('few', FEW) },
  providers: {
    '1800000001': provider('saas', SHOPS),
    '1800000002': provider('bank', BANKED),
    '1800000003': provider('any', 'any'),
  },
  tills: Object.fromEntries(
    ['chain', 'rival', 'few', 'saas', 'bank', 'any'].map((source) => [
      source,
      { principals: [`role/tills/${source}-pos`], accounts: [] },
    ]),
  ),
}

/** Who is served by which till, written down by hand; by `any` everybody who is in no other list. */
const MERCHANTS: readonly (readonly [mchid: string, till: string | undefined])[] = [
  ...['1900000000', '1900000199', '1900000399'].map((mchid) => [mchid, 'chain'] as const),
  ...['1910000000', '1910000399'].map((mchid) => [mchid, 'rival'] as const),
  ...['1920000000', '1920000002'].map((mchid) => [mchid, 'few'] as const),
  ...['1700000000', '1700002500', '1700004999'].map((mchid) => [mchid, 'saas'] as const),
  ...['1600000000', '1600000029'].map((mchid) => [mchid, 'bank'] as const),
  ...['1600000030', '1700005000', '190000000', '19000000001', '1920000003', '1'].map(
    (mchid) => [mchid, 'any'] as const,
  ),
  ...['1800000001', '1800000002', '1800000003', '*', '1900000000,1910000000'].map(
    (mchid) => [mchid, undefined] as const,
  ),
]

const ROUTES: readonly (readonly [method: string, last: string, door: Door, isForTills: boolean])[] = [
  ['POST', '/sync', 'sync', true],
  ['POST', '/withdraw', 'withdraw', true],
  ['GET', '', 'status', true],
  ...['close', 'settle', 'release', 'reopen', 'expedite'].map(
    (decision) => ['POST', `/${decision}`, 'operator', false] as const,
  ),
]

export const manyCases = async (): Promise<readonly ManyCase[]> => {
  const { served, tills } = readMerchantsFile(JSON.stringify(FILE))
  const template = await packagedWith(FILE)
  const principals = Object.fromEntries([...tills].map(([source, till]) => [source, till.principals]))

  /** As the functions decide, which know the caller by the ARN of its session alone. */
  const isLetThrough = (role: string, mchid: string, door: Door): boolean => {
    const source = sourceOfCaller(`arn:aws:sts::${ACCOUNT}:assumed-role/${role}/i-0abc`, principals, {})
    const merchant = served.get(mchid)
    return merchant !== undefined && tenancyRefusal(source, merchant, door) === undefined
  }
  const callers = [...tills.keys()].map((till) => {
    const principal = `arn:aws:iam::${ACCOUNT}:role/tills/${till}-pos`
    const policy = managedPolicy(template, `Till${logicalName(till)}Policy`)
    return { till, role: `${till}-pos`, principal, policy }
  })
  const requests = callers.flatMap(({ till, role, principal, policy }) =>
    MERCHANTS.flatMap(([mchid, servedBy]) =>
      ROUTES.map(([method, last, door, isForTills]): ManyCase => {
        const path = `${method}/merchants/${mchid}/payafter-orders/A1${last}`
        const isExpected = servedBy === till && isForTills
        return {
          request: {
            claim: `till ${till} ${isExpected ? 'may' : 'may not'} call ${path}`,
            isAllowed: isExpected,
            principal,
            policy,
            action: 'execute-api:Invoke',
            resource: `${API}/${path}`,
            context: { 'aws:PrincipalArn': principal },
          },
          isForTills,
          isLetThrough: isLetThrough(role, mchid, door),
          isExpected,
        }
      }),
    ),
  )
  return [...requests, ...listCases(template, [...tills.keys()])]
}

/** Who signs has a folder, and with it its shops; no function knows who uploaded a list. */
const FOLDERS: readonly (readonly [folder: string, till: string | undefined])[] = [
  ['1900000000', 'chain'],
  ['1900000399', 'chain'],
  ['1910000000', 'rival'],
  ['1920000002', 'few'],
  ['1800000001', 'saas'],
  ['1800000002', 'bank'],
  ['1800000003', 'any'],
  ['1700000000', undefined],
  ['1600000000', undefined],
  ['180000000', undefined],
  ['18000000011', undefined],
]

const listCases = (template: Awaited<ReturnType<typeof packagedWith>>, tills: readonly string[]): readonly ManyCase[] =>
  tills.flatMap((till) => {
    const principal = `arn:aws:iam::${ACCOUNT}:role/office-of-${till}`
    const prefix = `Till${logicalName(till)}StatementPolicy`
    const ids = Object.keys(template.Resources).filter((id) => id.startsWith(prefix))
    const policy = {
      Version: '2012-10-17',
      Statement: ids.flatMap((id) => managedPolicy(template, id).Statement),
    }
    return FOLDERS.flatMap(([folder, servedBy]) =>
      (
        [
          ['s3:PutObject', 'statements', true],
          ['s3:GetObject', 'reports', true],
          ['s3:PutObject', 'reports', false],
          ['s3:GetObject', 'statements', false],
        ] as const
      ).map(([action, top, isForTills]): ManyCase => {
        const isExpected = servedBy === till && isForTills
        const key = `${top}/${folder}/2026-11-24.csv`
        return {
          request: {
            claim: `who uploads lists of ${till} ${isExpected ? 'may' : 'may not'} ${action} ${key}`,
            isAllowed: isExpected,
            principal,
            policy,
            action,
            resource: `arn:aws:s3:::Statements/${key}`,
            context: { 'aws:PrincipalArn': principal },
          },
          isForTills,
          isLetThrough: true,
          isExpected,
        }
      }),
    )
  })
