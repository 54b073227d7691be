import { DAY, HOUR, MINUTE, SECOND } from '../../../support/orders.ts'
import { refundAtOnce } from './money-back.ts'
import type { Kind } from './plan.ts'
import type { Tale } from './tale.ts'

/** Plans all that happens to an order but the way of its money back, from the beginning of its day. */
export const begin = (tale: Tale): void => {
  const { kind } = tale.truth.plan
  if (!LATER.has(kind)) tale.place(UNFINISHED.has(kind) ? 'accepted' : 'finished')
  STORIES[kind](tale, tale.truth.plan.noticeAt)
}

/** WeChat Pay does not know the order when its notice comes. */
const LATER: ReadonlySet<Kind> = new Set(['unknown', 'charged after not found'])

/** The merchant has not completed the order at WeChat Pay when its notice comes. */
const UNFINISHED: ReadonlySet<Kind> = new Set([
  'charged after a close',
  'charged while pending',
  'cancelled late',
  'completed late',
  'withdrawn, then charged',
  'closed by hand',
])

const charge = (tale: Tale, at: number, by: 'auto' | 'hand' = 'auto'): void =>
  tale.at(at, () => {
    tale.charge(by)
    if (tale.truth.plan.back === 'at once') refundAtOnce(tale)
  })

const completeAndCharge = (tale: Tale, at: number): void => {
  tale.at(at, tale.complete)
  charge(tale, at + 1)
}

const paysLess = (tale: Tale, at: number): void =>
  tale.at(at, () => tale.handOver(Math.ceil(tale.truth.plan.total_amount / 2)))

type Story = (tale: Tale, noticeAt: number) => void

const paid: Story = (tale, at) => tale.at(at, () => tale.handOver())

/** The notice is handed over, and then something else happens. */
const paidAnd =
  (more: Story): Story =>
  (tale, at) => {
    paid(tale, at)
    more(tale, at)
  }

const STORIES: Readonly<Record<Kind, Story>> = {
  plain: paid,
  'noticed again': paidAnd((tale, at) => paid(tale, at + tale.between(SECOND, HOUR))),

  'charged before': paidAnd((tale, at) => charge(tale, at - tale.between(5 * MINUTE, 6 * HOUR))),
  'charged the day before': (tale, at) => {
    charge(tale, at)
    paid(tale, at + tale.between(14 * HOUR, 30 * HOUR))
  },
  'charge running': paidAnd((tale, at) => {
    tale.at(at - 30 * SECOND, tale.chargeStarts)
    charge(tale, at + tale.between(MINUTE, 20 * MINUTE))
  }),
  'charged while the sync is out': paidAnd((tale, at) => charge(tale, at + tale.between(0, 400))),
  'charged before the query': paidAnd((tale, at) => charge(tale, at + tale.between(MINUTE, 9 * MINUTE))),
  'charged after': paidAnd((tale, at) => charge(tale, at + tale.between(30 * MINUTE, 10 * HOUR))),
  'charged days after': paidAnd((tale, at) => charge(tale, at + tale.between(DAY, 5 * DAY))),
  'charged after a close': paidAnd((tale, at) => {
    const closedAt = at + tale.between(HOUR, 3 * HOUR)
    tale.at(closedAt, () => tale.decide('close'))
    completeAndCharge(tale, closedAt + tale.between(4 * HOUR, 3 * DAY))
  }),
  'charged after not found': paidAnd((tale, at) => {
    tale.at(at + 31 * HOUR, tale.place)
    charge(tale, at + tale.between(32 * HOUR, 44 * HOUR))
  }),
  'charged while held': (tale, at) => {
    paysLess(tale, at)
    charge(tale, at + tale.between(HOUR, 20 * HOUR))
  },
  'paid in the app after': paidAnd((tale, at) => charge(tale, at + tale.between(HOUR, 10 * HOUR), 'hand')),
  'paid in the app before': paidAnd((tale, at) => charge(tale, at - tale.between(5 * MINUTE, 3 * HOUR), 'hand')),
  'charged while pending': paidAnd((tale, at) => completeAndCharge(tale, at + tale.between(2 * HOUR, 20 * HOUR))),

  'charged alone': (tale, at) => charge(tale, at),
  'charged alone, refunded': (tale, at) => {
    charge(tale, at)
    tale.at(at + tale.between(HOUR, 2 * DAY), () => tale.refund(tale.truth.plan.total_amount, 'SUCCESS'))
  },
  'another payment with its number': paidAnd((tale, at) => tale.at(at + HOUR, tale.anotherPayment)),
  'cancelled before': paidAnd((tale, at) => tale.at(at - HOUR, tale.cancel)),
  'cancelled late': paidAnd((tale, at) => tale.at(at + tale.between(HOUR, 5 * HOUR), tale.cancel)),
  unknown: paid,
  refused: paidAnd((tale) => tale.refuseSyncs()),
  'charge fails': paidAnd((tale, at) => {
    tale.at(at - 30 * SECOND, tale.chargeStarts)
    tale.at(at + tale.between(MINUTE, 20 * MINUTE), tale.chargeFails)
  }),
  'completed late': paidAnd((tale, at) => tale.at(at + tale.between(HOUR, 5 * HOUR), tale.complete)),
  'withdrawn, then charged': paidAnd((tale, at) => {
    tale.at(at + HOUR, () => tale.decide('withdraw'))
    completeAndCharge(tale, at + tale.between(5 * HOUR, 3 * DAY))
  }),
  'closed by hand': paidAnd((tale, at) => tale.at(at + HOUR, () => tale.decide('close'))),
  'held, released': (tale, at) => {
    paysLess(tale, at)
    tale.at(at + tale.between(HOUR, 30 * HOUR), () => tale.decide('release'))
  },
  'held, closed': (tale, at) => {
    paysLess(tale, at)
    tale.at(at + tale.between(HOUR, 30 * HOUR), () => tale.decide('close'))
  },
  'held, corrected': (tale, at) => {
    paysLess(tale, at)
    paid(tale, at + tale.between(HOUR, 5 * HOUR))
  },
}
