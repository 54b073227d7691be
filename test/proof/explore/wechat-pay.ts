import { type AnswerId, BLURRED, signed, TWICE } from './answers.ts'
import { FIRST_CHARGE, type Scenario } from './scenario.ts'

/**
 * The true state of the order at WeChat Pay. `both`: a sync said that the customer paid, and WeChat Pay charged as
 * well. `part`: WeChat Pay charged a part, and the rest is open. `twice`, `both twice`: it charged a second time.
 */
export const ORDERS = [
  'absent',
  'open',
  'waiting',
  'charging',
  'synced',
  'charged',
  'both',
  'cancelled',
  'part',
  'twice',
  'both twice',
] as const
export type Order = (typeof ORDERS)[number]

/** Changes of an order that we do not cause. A failed charge takes some time. */
export const LIFE: readonly { readonly from: Order; readonly to: Order; readonly words: string }[] = [
  { from: 'absent', to: 'open', words: 'the order is made' },
  { from: 'open', to: 'waiting', words: 'the merchant completes the order' },
  { from: 'open', to: 'cancelled', words: 'the merchant cancels the order' },
  { from: 'waiting', to: 'charging', words: 'a charge begins' },
  { from: 'charging', to: 'charged', words: 'the charge succeeds' },
  { from: 'charging', to: 'waiting', words: 'the charge fails' },
  { from: 'part', to: 'charged', words: 'the rest is charged' },
]

/** What WeChat Pay may do after the end, which a later bill tells. */
export const AFTERLIFE: typeof LIFE = [
  { from: 'synced', to: 'both', words: 'WeChat Pay charges late' },
  { from: 'charged', to: 'twice', words: 'WeChat Pay charges again' },
  { from: 'both', to: 'both twice', words: 'WeChat Pay charges again' },
]

export const isTold = (order: Order): boolean => order === 'synced' || order === 'both' || order === 'both twice'
export const isCharged = (order: Order): boolean => order === 'charged' || order === 'both' || isTwice(order)
const isTwice = (order: Order): boolean => order === 'twice' || order === 'both twice'

/** Whether WeChat Pay has made this charge. */
export const hasCharged = (order: Order, transaction_id: string): boolean =>
  transaction_id === FIRST_CHARGE ? isCharged(order) : isTwice(order)

/** The effect of a sync. */
export const syncedOrder = (order: Order, isRefused: boolean): Order =>
  isRefused ? order : order === 'waiting' ? 'synced' : order === 'part' ? 'both' : order

const TAKEN = [signed('accepted')]
const TAKEN_WITH_ORDER = [signed('accepted'), signed('confirmed')]
const TAKEN_BESIDE_A_CHARGE = [signed('accepted'), signed('collected')]
const REFUSED = [signed('invalid')]
const RUNNING = [signed('busy')]
const WRONG_STATE = [signed('state')]
/** No page of WeChat Pay says how a repeated sync is answered, so both are tried. */
const AGAIN = [signed('state'), signed('accepted')]
const CHARGED = [signed('state'), signed('collected')]

/** The possible answers to that sync. Some order APIs answer with the whole order. */
export const syncAnswers = (order: Order, isRefused: boolean, isWhole: boolean): readonly AnswerId[] => {
  if (isRefused) return REFUSED
  switch (order) {
    case 'waiting':
      return isWhole ? TAKEN_WITH_ORDER : TAKEN
    case 'part':
      return isWhole ? TAKEN_BESIDE_A_CHARGE : TAKEN
    case 'charging':
      return RUNNING
    case 'synced':
      return AGAIN
    case 'charged':
    case 'both':
    case 'twice':
    case 'both twice':
      return isWhole ? CHARGED : WRONG_STATE
    default:
      return WRONG_STATE
  }
}

const QUERY_ANSWERS: Readonly<Record<Order, AnswerId>> = {
  absent: signed('absent'),
  open: signed('open'),
  waiting: signed('unpaid'),
  charging: signed('unpaid'),
  synced: signed('confirmed'),
  charged: signed('collected'),
  both: signed('collected'),
  cancelled: signed('closed'),
  part: signed('part_paid'),
  twice: TWICE,
  'both twice': TWICE,
}

export const queryAnswer = (order: Order): AnswerId => QUERY_ANSWERS[order]

/**
 * The possible verdicts on a query. For a merchant with no order found so far, "not found" may also be a configuration
 * error.
 */
export const queryAnswers = (
  order: Order,
  { isUnmet = false, isBlurred = false }: Pick<Scenario, 'isUnmet' | 'isBlurred'>,
): readonly AnswerId[] => {
  if (isUnmet && order === 'absent') return [signed('absent'), signed('config')]
  return isBlurred && isTwice(order) ? [TWICE, BLURRED] : [queryAnswer(order)]
}
