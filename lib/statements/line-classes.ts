/** How far the order of a line has come; the totals of the report count by this. `none`: the line is no payment. */
export type Stage = 'synced' | 'pending' | 'other' | 'none'

type Class = {
  readonly zh: string
  readonly en: string
  readonly tone: 'person' | 'waiting' | 'note' | 'good'
  readonly stage: Stage
  /** Whether the amount of the line is counted as money that the POS took. */
  readonly counts: boolean
}

/** Each line of a statement belongs to exactly one class. Classes that need a person come first. */
export const CLASSES = {
  charged_twice: { zh: '疑似重复支付', en: 'Charged twice', tone: 'person', stage: 'other', counts: true },
  rejected: { zh: '未同步,需人工处理', en: 'Not synced', tone: 'person', stage: 'other', counts: true },
  held: { zh: '已暂停,待确认', en: 'Held', tone: 'person', stage: 'other', counts: true },
  amount_differs: { zh: '金额不一致', en: 'Amount differs', tone: 'person', stage: 'other', counts: true },
  repeated_differs: {
    zh: '重复且内容不一致',
    en: 'Repeated, and differs',
    tone: 'person',
    stage: 'none',
    counts: false,
  },
  malformed: { zh: '格式错误', en: 'Malformed', tone: 'person', stage: 'none', counts: true },
  pending: { zh: '处理中', en: 'Pending', tone: 'waiting', stage: 'pending', counts: true },
  not_paid: { zh: '非收款,未登记', en: 'Not a payment, not booked', tone: 'note', stage: 'none', counts: false },
  paid_time_differs: { zh: '收款时间不一致', en: 'Paid time differs', tone: 'note', stage: 'synced', counts: true },
  repeated: { zh: '明细内重复', en: 'Repeated in the list', tone: 'note', stage: 'none', counts: false },
  till_sum: { zh: '收银系统合计行', en: 'The till’s own sum', tone: 'note', stage: 'none', counts: false },
  synced_by_statement: {
    zh: '本次补同步',
    en: 'Synced by this statement',
    tone: 'good',
    stage: 'synced',
    counts: true,
  },
  synced_before: { zh: '此前已同步', en: 'Synced before', tone: 'good', stage: 'synced', counts: true },
} as const satisfies Readonly<Record<string, Class>>

export type LineClass = keyof typeof CLASSES
/** The cast restores the key type that Object.keys loses. */
export const CLASS_NAMES = Object.keys(CLASSES) as readonly LineClass[]

/** Not a class of lines: orders that the ledger has and the statement lacks. */
export const LEDGER_ONLY = { zh: '台账有、明细无', en: 'In the ledger, not in the list' } as const
