import { describe, expect, it } from 'vitest'
import { queryVerdict, syncVerdict } from '../../lib/wechatpay/classify-answer.ts'
import { ORDER_APIS } from '../../lib/wechatpay/order-api.ts'
import type { Verdict } from '../../lib/wechatpay/verdict.ts'
import type { VerdictKind } from '../../lib/wechatpay/verdict-kinds.ts'
import { CALLS, PARTIES, signed } from './answers.ts'

type Told = Pick<Verdict, 'charge' | 'paid_amount' | 'paying_amount'>
/** The words of a row, the members that are judged, and what a query's verdict is. */
type Row = readonly [words: string, members: string, kind: VerdictKind, told?: Told]

const ID = '4200002001202611241234567890'
const ID2 = '4200002001202611241234567891'
const charged = (amount?: number, transaction_id?: string): Told => ({
  charge: { ...(amount !== undefined && { amount }), ...(transaction_id && { transaction_id }) },
})
const partPaid = (paid_amount: number, paying_amount: number, more: Told = {}): Told => ({
  ...more,
  paid_amount,
  paying_amount,
})

const newton = (amount: unknown, id?: unknown) =>
  JSON.stringify({ seq: 1, amount, paid_type: 'NEWTON', ...(id !== undefined && { transaction_id: id }) })
const mch = (amount: unknown) => JSON.stringify({ seq: 2, amount, paid_type: 'MCH' })
const details = (...entries: readonly string[]) => `"collection":{"details":[${entries.join()}]}`
const done = (...entries: readonly string[]) => `"state":"DONE",${details(...entries)}`
/** `DOING`, `MCH_COMPLETE`, `USER_PAYING` of 39 yuan, with these members of the collection beside. */
const waiting = (sums: string, ...entries: readonly string[]) =>
  '"state":"DOING","state_description":"MCH_COMPLETE","total_amount":3900,' +
  `"collection":{"state":"USER_PAYING",${sums}${sums && ','}"details":[${entries.join()}]}`
const SUMS = '"total_amount":3900,"paying_amount":3000,"paid_amount":900'

const CAME_TO_NOTHING: readonly Row[] = [
  ['one charge of 0 without a number', done(newton(0)), 'confirmed'],
  ['one charge of 0 as text', done(newton('0')), 'confirmed'],
  ['one charge of 0 with an empty number', done(newton(0, '')), 'confirmed'],
  ['one charge of 0 with a null number', done(newton(0, null)), 'confirmed'],
  ['entries of 0 of every channel', done(newton(0), mch(0), '{"amount":0}'), 'confirmed'],
  ['an entry of 0, and a total of 0', `"total_amount":0,${done(newton(0))}`, 'confirmed'],
  ['an entry of 0, nothing to collect', `"total_amount":3900,"need_collection":false,${done(newton(0))}`, 'confirmed'],
  ['no entry, and a total of 0', `"total_amount":0,"state":"DONE"`, 'confirmed'],
  ['paid in the flat family, and a total of 0', '"total_amount":0,"state":"USER_PAID"', 'confirmed'],
  ['entries of 0, yet a total above', `"total_amount":3900,${done(newton(0))}`, 'undecided'],
  ["entries of 0 of the merchant's channel, yet a total above", `"total_amount":3900,${done(mch(0))}`, 'undecided'],
  [
    'an entry of 0, yet a paid sum',
    '"state":"DONE","collection":{"paid_amount":900,"details":[{"amount":0}]}',
    'undecided',
  ],
  [
    'nothing to collect, yet a paid sum',
    '"state":"DONE","need_collection":false,"collection":{"paid_amount":900}',
    'undecided',
  ],
  [
    'nothing to collect, details of another kind',
    '"state":"DONE","need_collection":false,"collection":{"details":"none"}',
    'undecided',
  ],
  ['an entry of 0 beside a payment to the merchant', `"total_amount":3900,${done(newton(0), mch(3900))}`, 'confirmed'],
]

const CHARGES: readonly Row[] = [
  [
    'a number on a payment to the merchant',
    done('{"amount":100,"paid_type":"MCH","transaction_id":"4200000001"}'),
    'collected',
    charged(100, '4200000001'),
  ],
  [
    'the number as a JSON number',
    done('{"paid_type":"MCH","amount":100,"transaction_id":4200000000000001}'),
    'collected',
    charged(100, '4200000000000001'),
  ],
  [
    'a JSON number of 28 digits',
    done(`{"paid_type":"NEWTON","amount":100,"transaction_id":${ID}}`),
    'collected',
    charged(100, ID),
  ],
  [
    'a JSON number after white space',
    done(`{"paid_type":"NEWTON","amount":100,"transaction_id" :\n ${ID}}`),
    'collected',
    charged(100, ID),
  ],
  [
    'a JSON number with an exponent',
    done('{"paid_type":"NEWTON","amount":100,"transaction_id":4.2e27}'),
    'collected',
    charged(100),
  ],
  [
    'a name that is escaped, the number too long to be read',
    done(`{"paid_type":"NEWTON","amount":100,"transaction\\u005fid":${ID}}`),
    'collected',
    charged(100),
  ],
  ['a number of 0', done('{"paid_type":"MCH","amount":100,"transaction_id":0}'), 'collected', charged(100)],
  ['a negative number', done('{"paid_type":"MCH","amount":100,"transaction_id":-5}'), 'collected', charged(100)],
  [
    'true in place of the number',
    done('{"paid_type":"MCH","amount":100,"transaction_id":true}'),
    'collected',
    charged(100),
  ],
  [
    'a list in place of the number',
    done('{"paid_type":"MCH","amount":100,"transaction_id":["42"]}'),
    'collected',
    charged(100),
  ],
  [
    'an object in place of the number',
    done('{"paid_type":"MCH","amount":100,"transaction_id":{}}'),
    'collected',
    charged(100),
  ],
  [
    'a number with line breaks around',
    done('{"paid_type":"MCH","amount":100,"transaction_id":" 4200001\\n"}'),
    'collected',
    charged(100, '4200001'),
  ],
  [
    'text that is no number',
    done('{"paid_type":"MCH","amount":100,"transaction_id":"see the bill, please"}'),
    'collected',
    charged(100),
  ],
  [
    'white space in place of the number',
    `"total_amount":100,${done('{"paid_type":"MCH","amount":100,"transaction_id":" "}')}`,
    'confirmed',
  ],
  ['a number on an entry of 0', done(newton(0, ID)), 'collected', charged(0, ID)],
  ['no sum and no number', done('{"paid_type":"NEWTON"}'), 'collected', charged()],
  ['no sum', done(newton(undefined, ID)), 'collected', charged(undefined, ID)],
  ['a null sum', done(newton(null, ID)), 'collected', charged(undefined, ID)],
  ['a negative sum', done(newton(-900, ID)), 'collected', charged(undefined, ID)],
  ['one sum of two', done(newton(900, ID), newton('x', ID2)), 'collected', charged(undefined, `${ID},${ID2}`)],
  [
    'sums beyond what a number holds',
    done(newton(9007199254740991, ID), newton(9007199254740991, ID2)),
    'collected',
    charged(undefined, `${ID},${ID2}`),
  ],
  ['the same entry twice', done(newton(900, ID), newton(900, ID)), 'collected', charged(900, ID)],
  [
    'the same transaction with two sums: the larger',
    done(newton(900, ID), newton(3900, ID)),
    'collected',
    charged(3900, ID),
  ],
  [
    'the same transaction, one sum left out',
    done(newton(900, ID), newton(undefined, ID)),
    'collected',
    charged(900, ID),
  ],
  [
    'the same transaction as text and as a number',
    done(newton(900, ID), `{"amount":900,"transaction_id":${ID}}`),
    'collected',
    charged(900, ID),
  ],
  ['the same entry twice, without a number', done(newton(900), newton(900)), 'collected', charged(900)],
  ['two transactions', done(newton(900, ID), newton(3000, ID2)), 'collected', charged(3900, `${ID},${ID2}`)],
  [
    'two entries without a number',
    done('{"amount":900,"paid_type":"NEWTON"}', '{"amount":900,"paid_type":"NEWTON"}'),
    'collected',
    charged(1800),
  ],
  [
    'one entry in place of the list',
    `"state":"DONE","collection":{"details":${newton(900, ID)}}`,
    'collected',
    charged(900, ID),
  ],
  [
    'a list in place of the collection',
    `"state":"DONE","collection":[{"details":[${newton(900, ID)}]}]`,
    'collected',
    charged(900, ID),
  ],
  [
    'nothing to collect, and a total of 0',
    `"need_collection":false,"total_amount":0,${done(newton(900, ID))}`,
    'collected',
    charged(900, ID),
  ],
  [
    'a part of it outstanding, and DONE',
    `"state":"DONE","collection":{"state":"USER_PAYING",${SUMS},"details":[${newton(900, ID)}]}`,
    'collected',
    charged(900, ID),
  ],
  ['REVOKED', `"state":"REVOKED",${details(newton(900, ID))}`, 'collected', charged(900, ID)],
  ['EXPIRED', `"state":"EXPIRED","total_amount":3900,${details(newton(900, ID))}`, 'collected', charged(900, ID)],
  [
    'CREATED, all of it charged',
    `"state":"CREATED","total_amount":900,${details(newton(900, ID))}`,
    'collected',
    charged(900, ID),
  ],
  [
    'completed, all of it charged',
    waiting('"paying_amount":0,"paid_amount":3900', newton(3900, ID)),
    'collected',
    charged(3900, ID),
  ],
  ['a state that no page lists', `"state":"WAIT_PAY",${details(newton(900, ID))}`, 'collected', charged(900, ID)],
  ['no state', details(newton(900, ID)), 'collected', charged(900, ID)],
]

const WHO_COLLECTED: readonly Row[] = [
  ['the merchant, in the family of today', `"total_amount":3900,${done(mch(3900))}`, 'confirmed'],
  ['the merchant, the same entry twice', `"total_amount":3900,${done(mch(3900), mch(3900))}`, 'confirmed'],
  ['the merchant, his sum left out', `"total_amount":3900,${done('{"paid_type":"MCH"}')}`, 'confirmed'],
  [
    'the merchant, of more than his entry tells',
    `"state":"DONE","collection":{"paid_amount":3900,"details":[${mch(900)}]}`,
    'undecided',
  ],
  ['the merchant, of a part', `"total_amount":3900,${done(mch(900))}`, 'undecided'],
  ['the merchant, his sum of another kind', `"total_amount":3900,${done(mch('39.00'))}`, 'undecided'],
  [
    'the merchant, the paid sum of another kind',
    `"state":"DONE","collection":{"paid_amount":{},"details":[${mch(900)}]}`,
    'undecided',
  ],
  [
    'the merchant, yet USER_PAYING',
    `"state":"DONE","collection":{"state":"USER_PAYING","details":[${mch(900)}]}`,
    'undecided',
  ],
  [
    'the merchant, yet a sum outstanding',
    `"state":"DONE","collection":{"paying_amount":1,"details":[${mch(900)}]}`,
    'undecided',
  ],
  [
    'the merchant, the sum outstanding null',
    `"state":"DONE","collection":{"state":null,"paying_amount":null,"details":[${mch(900)}]}`,
    'confirmed',
  ],
  ['the merchant, by another way of paying', `"pay_type":"OtherPayType",${done(mch(900))}`, 'undecided'],
  ['the merchant, by both families', `"pay_type":"MchChannelPayType",${done(mch(900))}`, 'confirmed'],
  ['a channel in small letters', done('{"amount":900,"paid_type":"newton"}'), 'undecided'],
  ['no channel', done('{"amount":900}'), 'undecided'],
  ['a null channel', done('{"amount":900,"paid_type":null}'), 'undecided'],
  ['two collections', `"state":"DONE","collection":[{"details":[${mch(900)}]},{"details":[${mch(900)}]}]`, 'undecided'],
  ['the merchant, by the flat family', '"state":"USER_PAID","pay_type":"MchChannelPayType"', 'confirmed'],
  [
    'the merchant, flat with a collection',
    `"state":"USER_PAID","pay_type":"MchChannelPayType",${details(mch(900))}`,
    'confirmed',
  ],
  [
    'flat, the collection says otherwise',
    `"state":"USER_PAID","pay_type":"MchChannelPayType",${details('{"amount":1}')}`,
    'undecided',
  ],
  [
    'flat, yet USER_PAYING',
    '"state":"USER_PAID","pay_type":"MchChannelPayType","collection":{"state":"USER_PAYING"}',
    'undecided',
  ],
  ['flat, by a list of ways', '"state":"USER_PAID","pay_type":["MchChannelPayType"]', 'undecided'],
  [
    'WeChat Pay, by the flat family',
    `"state":"USER_PAID","total_amount":900,"finish_transaction_id":"${ID}"`,
    'collected',
    charged(900, ID),
  ],
  [
    'WeChat Pay, flat, the number as a JSON number',
    `"state":"USER_PAID","total_amount":900,"finish_transaction_id":${ID}`,
    'collected',
    charged(900, ID),
  ],
  [
    'WeChat Pay, flat, no number that can be read',
    '"state":"USER_PAID","total_amount":900,"finish_transaction_id":{}',
    'collected',
    charged(900),
  ],
  [
    'WeChat Pay, by both families',
    `"total_amount":900,"finish_transaction_id":"${ID}",${done(newton(900, ID))}`,
    'collected',
    charged(900, ID),
  ],
  [
    'WeChat Pay, another number in each family',
    `"finish_transaction_id":"${ID2}",${done(newton(900, ID))}`,
    'collected',
    charged(900, `${ID},${ID2}`),
  ],
  [
    'WeChat Pay on a REVOKED flat order',
    `"state":"REVOKED","total_amount":900,"finish_transaction_id":"${ID}"`,
    'collected',
    charged(900, ID),
  ],
  ['WeChat Pay, an empty number', '"state":"USER_PAID","finish_transaction_id":""', 'undecided'],
  ['WeChat Pay, a null number', '"state":"USER_PAID","finish_transaction_id":null', 'undecided'],
]

const OUTSTANDING: readonly Row[] = [
  ['all of it', waiting('"total_amount":3900,"paying_amount":3900,"paid_amount":0'), 'unpaid'],
  ['all of it, as text', waiting('"total_amount":"3900","paying_amount":"3900","paid_amount":"0"'), 'unpaid'],
  ['all of it, no sum told', waiting(''), 'unpaid'],
  ['all of it, sums null', waiting('"total_amount":null,"paying_amount":null,"paid_amount":null'), 'unpaid'],
  ['all of it, with entries of 0', waiting('"paying_amount":3900,"paid_amount":0', newton(0), mch(0)), 'unpaid'],
  [
    'all of it, the details null',
    '"state":"DOING","state_description":"MCH_COMPLETE","collection":{"state":"USER_PAYING","details":null}',
    'unpaid',
  ],
  ['all of it, by the flat family', '"state":"FINISHED","total_amount":3900', 'unpaid'],
  ['all of it, flat with a collection', '"state":"FINISHED","collection":{"state":"USER_PAYING"}', 'unpaid'],
  [
    '30 yuan of 39, WeChat Pay charged 9',
    waiting(SUMS, newton(900, ID)),
    'part_paid',
    partPaid(900, 3000, charged(900, ID)),
  ],
  ['30 of 39, as a difference alone', waiting('', newton(900, ID)), 'part_paid', partPaid(900, 3000, charged(900, ID))],
  [
    '30 of 39, the charge without its sum',
    waiting(SUMS, newton(null, ID)),
    'part_paid',
    partPaid(900, 3000, charged(undefined, ID)),
  ],
  ["30 of 39, the merchant's channel took 9", waiting(SUMS, mch(900)), 'part_paid', partPaid(900, 3000)],
  [
    '30 of 39, a channel that nobody knows took 9',
    waiting(SUMS, '{"amount":900,"paid_type":"LINGQIAN"}'),
    'part_paid',
    partPaid(900, 3000),
  ],
  ['30 of 39, nobody named', waiting(SUMS), 'part_paid', partPaid(900, 3000)],
  [
    '30 of 39, nothing paid as it says',
    waiting('"total_amount":3900,"paying_amount":3000'),
    'part_paid',
    partPaid(0, 3000),
  ],
  [
    'a part of a flat order',
    `"state":"FINISHED","total_amount":3900,"collection":{"details":[${newton(900, ID)}]}`,
    'part_paid',
    partPaid(900, 3000, charged(900, ID)),
  ],
  [
    'a part of an order that is CREATED, as a sample shows',
    `"state":"CREATED","collection":{"state":"USER_PAID",${SUMS},"details":[${newton(900, ID)}]}`,
    'part_paid',
    partPaid(900, 3000, charged(900, ID)),
  ],
  [
    'a part of an order that is not completed',
    `"state":"DOING","state_description":"USER_CONFIRM","collection":{"state":"USER_PAYING",${SUMS}}`,
    'part_paid',
    partPaid(900, 3000),
  ],
  ['nothing, yet USER_PAYING', waiting('"total_amount":3900,"paying_amount":0,"paid_amount":0'), 'unknown'],
  ['nothing: the merchant took it all', waiting('"paying_amount":0,"paid_amount":3900', mch(3900)), 'unknown'],
  ['nothing: a total of 0', '"state":"FINISHED","total_amount":0', 'unknown'],
  ['nothing to collect', '"need_collection":false,"state":"FINISHED","total_amount":3900', 'unknown'],
  ['nobody knows: need_collection as text', `"need_collection":"true",${waiting('')}`, 'unknown'],
  ['nobody knows: a sum below 0', waiting('"paid_amount":-900'), 'unknown'],
  ['nobody knows: a sum with a point', waiting('"paying_amount":"30.00"'), 'unknown'],
  ['nobody knows: an empty sum', waiting('"paid_amount":""'), 'unknown'],
  ['nobody knows: a total of another kind', waiting('"total_amount":[3900]'), 'unknown'],
  ['nobody knows: an entry of another kind', waiting('', '"900"'), 'unknown'],
  ['nobody knows: an entry without a sum', waiting('', '{"paid_type":"MCH"}'), 'unknown'],
  [
    'nobody knows: USER_PAID while DOING',
    '"state":"DOING","state_description":"MCH_COMPLETE","collection":{"state":"USER_PAID"}',
    'unknown',
  ],
  ['nobody knows: USER_PAID while FINISHED', '"state":"FINISHED","collection":{"state":"USER_PAID"}', 'unknown'],
  ['nobody knows: synced while FINISHED', '"state":"FINISHED","pay_type":"MchChannelPayType"', 'unknown'],
  [
    'nobody knows: two collections',
    '"state":"FINISHED","collection":[{"state":"USER_PAYING"},{"state":"USER_PAYING"}]',
    'unknown',
  ],
]

const ELSEWHERE: readonly Row[] = [
  ['CREATED', '"state":"CREATED","total_amount":3900', 'open'],
  ['CREATED, an empty collection', '"state":"CREATED","collection":{}', 'open'],
  ['CREATED, yet USER_PAYING', '"state":"CREATED","collection":{"state":"USER_PAYING"}', 'unknown'],
  ['CREATED, yet all of it paid', `"state":"CREATED","total_amount":900,${details(mch(900))}`, 'unknown'],
  ['DOING, described by null', '"state":"DOING","state_description":null', 'open'],
  ['DOING, described by what no page lists', '"state":"DOING","state_description":"PAYING"', 'unknown'],
  ['DOING, described by a list', '"state":"DOING","state_description":["MCH_COMPLETE"]', 'unknown'],
  ['DOING, not completed, yet USER_PAYING', '"state":"DOING","collection":{"state":"USER_PAYING"}', 'unknown'],
  ['USER_ACCEPTED, yet synced', '"state":"USER_ACCEPTED","pay_type":"MchChannelPayType"', 'unknown'],
  ['REVOKED', '"state":"REVOKED","total_amount":3900', 'closed'],
  ['REVOKED, with an entry of 0', `"state":"REVOKED",${details(newton(0))}`, 'closed'],
  ['REVOKED, after the merchant took the money', `"state":"REVOKED",${details(mch(900))}`, 'closed'],
  [
    'REVOKED while it was waiting',
    '"state":"REVOKED","collection":{"state":"USER_PAYING","paying_amount":3900}',
    'closed',
  ],
  ['REVOKED, yet USER_PAID', '"state":"REVOKED","collection":{"state":"USER_PAID"}', 'undecided'],
  ['REVOKED, yet paid to nobody known', '"state":"REVOKED","collection":{"paid_amount":900}', 'undecided'],
  [
    'EXPIRED, yet paid to another channel',
    `"state":"EXPIRED",${details('{"amount":900,"paid_type":"LINGQIAN"}')}`,
    'undecided',
  ],
  ['EXPIRED, with a sum of another kind', '"state":"EXPIRED","collection":{"paid_amount":"nine"}', 'undecided'],
  ['a state that no page lists', '"state":"constructor"', 'unknown'],
  ['a state of another kind', '"state":{"DONE":true}', 'unknown'],
]

describe.each(ORDER_APIS)('what a %s query tells', (api) => {
  const judge = (members: string): Verdict =>
    queryVerdict(CALLS[api], signed(200, `{"out_order_no":"1234323JKHDFE1243252",${PARTIES[api]},${members}}`))

  describe.each([
    ['of an order that came to nothing', CAME_TO_NOTHING],
    ['of a charge', CHARGES],
    ['of who collected', WHO_COLLECTED],
    ['of what is outstanding', OUTSTANDING],
    ['of any other order', ELSEWHERE],
  ])('%s', (_, rows) => {
    const whole = rows.map(([words, members, kind, told = {}]) => [words, members, kind, told] as const)

    it.each(whole)('%s: %s', (_, members, kind, told) => {
      const { charge, paid_amount, paying_amount, ...verdict } = judge(members)

      expect(verdict.kind).toBe(kind)
      expect({ charge, paid_amount, paying_amount }).toEqual(told)
    })
  })
})

describe('the total of an order', () => {
  const totalOf = (members: string) =>
    queryVerdict(
      CALLS.serviceorder,
      signed(200, `{"out_order_no":"1234323JKHDFE1243252",${PARTIES.serviceorder},${members}}`),
    ).total_amount

  it('is what the order says, or its collection where the order is silent', () => {
    expect(totalOf('"total_amount":3900')).toBe(3900)
    expect(totalOf('"collection":{"total_amount":"3900"}')).toBe(3900)
    expect(totalOf('"total_amount":3900,"collection":{"total_amount":3900}')).toBe(3900)
    expect(totalOf('"total_amount":3900,"collection":{"total_amount":null}')).toBe(3900)
  })

  it('is none where there are two', () => {
    expect(totalOf('"total_amount":3900,"collection":{"total_amount":3000}')).toBeUndefined()
  })
})

describe('the answer to a sync', () => {
  const judge = (members: string) =>
    syncVerdict(
      CALLS['payafter-orders'],
      signed(200, `{"out_order_no":"1234323JKHDFE1243252",${PARTIES['payafter-orders']},${members}}`),
    )

  it('hides no charge, whether or not it names a state', () => {
    expect(judge(`"order_id":"1",${details(newton(900, ID))}`)).toMatchObject({
      kind: 'collected',
      ...charged(900, ID),
    })
    expect(judge(done(newton(900, ID)))).toMatchObject({ kind: 'collected', ...charged(900, ID) })
  })

  it('is no end where a part is outstanding: the query decides', () => {
    expect(judge(waiting(SUMS, newton(900, ID)))).toMatchObject({ kind: 'part_paid', ...charged(900, ID) })
  })

  it('is accepted where it is done, whoever collected', () => {
    expect(judge(`"state":"DONE","collection":{"state":"USER_PAYING"}`).kind).toBe('accepted')
  })
})
