import { filesOf, readMerchantsFile } from '../../../stack/merchants-plugin.ts'

// Who may do what, written down by hand: no rule of the service's own is used to say what is expected.

const POS = 'com.example.pos'
const PO = 'com.example.po'
const CAPITALS = 'com.example.POS'
const TAIL = 'example.pos'
const SAAS = 'com.example.saas'
const ANY = 'com.example.any'
const BANK = 'com.example.bank'

const BANK_ROLE = 'payscore-prod-TillComExampleBankRole-1A2B3C4D5E6F'
const SSO_ROLE = 'AWSReservedSSO_Saas_0123456789abcdef'

/** The roles for other accounts, as the stack names them to the functions. */
export const TILL_ROLES = `${BANK}=${BANK_ROLE}`

const till = (...principals: readonly string[]) => ({ principals, accounts: [] })

const TILLS = {
  [POS]: till('role/pos', 'user/shop/Li'),
  [PO]: till('role/po', 'role/path/of/Pos2'),
  [CAPITALS]: till('role/capitals'),
  [TAIL]: till('user/pos'),
  [SAAS]: till('role/saas', 'user/saas', `role/aws-reserved/sso.amazonaws.com/ap-east-1/${SSO_ROLE}`),
  [BANK]: { principals: ['role/bank'], accounts: ['444455556666'], external_id: 'payscore-of-bank' },
}

const direct = (...sources: readonly string[]) => ({ sources, services: { '500001': 'wxd678efh567hg6787' } })
const provider = (sub_merchants: 'any' | string | readonly string[], ...sources: readonly string[]) => ({
  sources,
  services: { '500002': '' },
  sub_merchants,
})

const MERCHANTS = {
  '1900000109': direct(POS, TAIL),
  '190000010': direct(PO),
  '19000001090': direct(CAPITALS),
  '900000109': direct(SAAS),
  '1900000111': direct(POS, PO),
  '1900000112': direct(),
  '1900000113': { ...direct(POS), closed: true },
}
const PROVIDERS = {
  '1800000001': provider(['1700000001', '1700000002', '17000000011'], SAAS),
  '1800000003': {
    ...provider('shops.txt', BANK),
    order_api: 'acquiringbank',
    channel_id: '1800000399',
    exceptions: { '1600000001': { closed: true } },
  },
  '1800000004': provider(['1700000003'], POS, SAAS),
}
const SHOPS = Array.from({ length: 1000 }, (_, i) => `${1_600_000_000 + i}\n`).join('')

/** As packaging makes it of merchants.json. @param hasAny whether one provider serves any other sub-merchant */
export const packaged = (hasAny: boolean) => {
  const file = {
    merchants: MERCHANTS,
    providers: { ...PROVIDERS, ...(hasAny && { '1800000002': provider('any', ANY) }) },
    tills: { ...TILLS, ...(hasAny && { [ANY]: till('role/any', 'user/Any.Shop+1') }) },
  }
  const read = readMerchantsFile(JSON.stringify(file), (name) => (name === 'shops.txt' ? SHOPS : undefined))
  return { served: read.served, files: filesOf(read) }
}

/** An mchid that somebody names, and by which tills it is served; undefined if it is served by nobody. */
export type Named = {
  readonly mchid: string
  readonly tills: readonly string[] | undefined
  readonly signer?: string
  readonly isClosed?: true
}

const NAMED: readonly Named[] = [
  { mchid: '1900000109', tills: [POS, TAIL], signer: '1900000109' },
  { mchid: '190000010', tills: [PO], signer: '190000010' },
  { mchid: '19000001090', tills: [CAPITALS], signer: '19000001090' },
  { mchid: '900000109', tills: [SAAS], signer: '900000109' },
  { mchid: '1900000111', tills: [POS, PO], signer: '1900000111' },
  { mchid: '1900000112', tills: [], signer: '1900000112' },
  { mchid: '1900000113', tills: [POS], signer: '1900000113', isClosed: true },
  { mchid: '1700000001', tills: [SAAS], signer: '1800000001' },
  { mchid: '17000000011', tills: [SAAS], signer: '1800000001' },
  { mchid: '1700000003', tills: [POS, SAAS], signer: '1800000004' },
  { mchid: '1600000000', tills: [BANK], signer: '1800000003' },
  { mchid: '1600000999', tills: [BANK], signer: '1800000003' },
  { mchid: '1600000001', tills: [BANK], signer: '1800000003', isClosed: true },
  // A provider is paid nothing itself.
  { mchid: '1800000001', tills: undefined },
  { mchid: '1800000003', tills: undefined },
  // No numbers, or too long
  ...[' 1900000109', '1900000109 ', '１９００００００１０９', '-1900000109', '1e9', '9'.repeat(33)].map((mchid) => ({
    mchid,
    tills: undefined,
  })),
  ...['1900000109#A', '1700000001,1900000109', '__proto__', 'constructor', 'any'].map((mchid) => ({
    mchid,
    tills: undefined,
  })),
]

/** Whom only the provider that serves any sub-merchant may serve: the lists of others do not have them. */
const STRANGERS = ['170000000', '1700000009', '1600001000', '160000000', '01900000109', '1', '9'.repeat(32)]

export const named = (hasAny: boolean): readonly Named[] => [
  ...NAMED,
  { mchid: '1800000002', tills: undefined },
  ...STRANGERS.map((mchid) => ({ mchid, tills: hasAny ? [ANY] : undefined, ...(hasAny && { signer: '1800000002' }) })),
]

/** `till`: of this source. `other`: no till, whom IAM admits or not. `nobody`: no identity. `unsure`: may be a till. */
export type Caller = { readonly arn: unknown } & (
  | { readonly is: 'till'; readonly source: string }
  | { readonly is: 'other' | 'nobody' | 'unsure' }
)

const ACCOUNT = '111122223333'
const session = (role: string, name = 'i-0abc', account = ACCOUNT) =>
  `arn:aws:sts::${account}:assumed-role/${role}/${name}`
const user = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:user/${name}`
const tillsArn = (source: string, ...arns: readonly string[]): readonly Caller[] =>
  arns.map((arn) => ({ arn, is: 'till', source }))

/** Without those of the till that is there only with the provider of any sub-merchant. */
const CALLERS: readonly Caller[] = [
  ...tillsArn(
    POS,
    session('pos'),
    session('pos', 'operator'),
    session('pos', 'po'),
    session('pos', 'li@example.com'),
    session('POS'),
    `arn:aws-cn:sts::${ACCOUNT}:assumed-role/pos/i-0abc`,
    `arn:aws-us-gov:sts::${ACCOUNT}:assumed-role/pos/i-0abc`,
    `arn:aws:iam::${ACCOUNT}:role/pos`,
    `arn:aws:iam::${ACCOUNT}:role/a/path/pos`,
    user('shop/Li'),
    user('Li'),
    user('shop/li'),
    // A name of another account is taken for the till's: that can only take rights away.
    session('pos', 'i-0abc', '999988887777'),
    user('shop/Li', '999988887777'),
  ),
  ...tillsArn(PO, session('po'), session('po', 'pos'), session('Pos2'), session('pos2')),
  ...tillsArn(CAPITALS, session('capitals')),
  ...tillsArn(TAIL, user('pos'), user('POS'), user('any/path/pos')),
  ...tillsArn(SAAS, session('saas'), user('saas'), session(SSO_ROLE, 'li@example.com')),
  ...tillsArn(BANK, session('bank'), session(BANK_ROLE), session(BANK_ROLE, '444455556666')),
  ...[
    session('operator'),
    session('operator', 'pos'),
    session('posx', 'pos'),
    session('xpos'),
    session('os'),
    session('p'),
    session('role', 'pos'),
    session('Li'),
    session('shop', 'Li'),
    user('po'),
    user('shop'),
    user('Li/shop'),
    user('shop/Li2'),
    user('xLi'),
    session(BANK_ROLE.slice(0, -1)),
    session(`${BANK_ROLE}1`),
    session('payscore-prod-TillComExampleBankRole-FFFFFFFFFFFF'),
    user(BANK_ROLE),
    user(SSO_ROLE),
    session('AWSReservedSSO_Saas_fedcba9876543210', 'li@example.com'),
    session('444455556666'),
    `arn:aws:iam::${ACCOUNT}:root`,
    'arn:aws:iam::444455556666:root',
    'arn:aws:iam::999988887777:root',
    session('stranger', 'pos', '999988887777'),
    `arn:aws:iam::${ACCOUNT}:group/pos`,
    `arn:aws:iam::${ACCOUNT}:instance-profile/pos`,
  ].map((arn): Caller => ({ arn, is: 'other' })),
  { arn: `arn:aws:sts::${ACCOUNT}:federated-user/Li`, is: 'unsure' },
  { arn: `arn:aws:sts::${ACCOUNT}:federated-user/operator`, is: 'unsure' },
  { arn: undefined, is: 'nobody' },
]

export const callers = (hasAny: boolean): readonly Caller[] => [
  ...CALLERS,
  ...(hasAny
    ? tillsArn(ANY, session('any'), user('Any.Shop+1'), user('any.shop+1'))
    : [session('any'), user('Any.Shop+1')].map((arn): Caller => ({ arn, is: 'other' }))),
]

/** Sources of events, those of tills among them. */
export const sources = (hasAny: boolean): readonly string[] => [
  ...Object.keys(TILLS),
  ...(hasAny ? [ANY] : []),
  ...['com.example.pos ', ' com.example.pos', 'COM.EXAMPLE.POS', 'com.example', 'example', 'com.example.pos.shop'],
  ...['role/pos', 'undefined', '', '1900000109', '1800000001', 'aws.events', 'payscore.reconcile', '*'],
]

/** What is asked for over HTTP: the last part of the path, with its method. */
export type Route = {
  readonly method: 'GET' | 'POST'
  readonly last: string
  readonly isForTills?: true
  /** The ledger writes down who decided, so it must be somebody. */
  readonly isDecision?: true
}

const post = (last: string): Route => ({ method: 'POST', last })

export const ROUTES: readonly Route[] = [
  { ...post('/sync'), isForTills: true },
  { method: 'GET', last: '', isForTills: true },
  { method: 'GET', last: '?check=1', isForTills: true },
  { ...post('/withdraw'), isForTills: true, isDecision: true },
  ...['expedite', 'reopen', 'close', 'release', 'settle'].map(
    (decision): Route => ({ ...post(`/${decision}`), isDecision: true }),
  ),
  // No decisions
  post('/Withdraw'),
  post('/approve'),
]

/** Which field a refusal names; undefined where the door is open. */
export const expectedOverHttp = (caller: Caller, merchant: Named, route: Route): string | undefined => {
  if (caller.is === 'unsure') return 'caller'
  if (merchant.tills === undefined) return 'mchid'
  if (caller.is === 'till' && !(merchant.tills.includes(caller.source) && route.isForTills)) return 'source'
  if (caller.is === 'nobody' && route.isDecision) return 'caller'
  return route.last === '/sync' && merchant.isClosed ? 'mchid' : undefined
}

export const expectedByEvent = (source: string, merchant: Named): string | undefined => {
  if (merchant.tills === undefined) return 'mchid'
  if (!merchant.tills.includes(source)) return 'source'
  return merchant.isClosed ? 'mchid' : undefined
}
