/** What became of a line. Each line belongs to exactly one of these; those that need a person stand first. */
export const CLASSES = {
  charged_twice: { zh: '疑似重复支付', en: 'Charged twice', tone: 'person' },
  rejected: { zh: '未同步,需人工处理', en: 'Not synced', tone: 'person' },
  held: { zh: '已暂停,待确认', en: 'Held', tone: 'person' },
  malformed: { zh: '格式错误', en: 'Malformed', tone: 'person' },
  pending: { zh: '处理中', en: 'Pending', tone: 'waiting' },
  paid_time_differs: { zh: '收款时间不一致', en: 'Paid time differs', tone: 'note' },
  repeated: { zh: '明细内重复', en: 'Repeated in the list', tone: 'note' },
  synced_by_statement: { zh: '本次补同步', en: 'Synced by this statement', tone: 'good' },
  synced_before: { zh: '此前已同步', en: 'Synced before', tone: 'good' },
} as const satisfies Readonly<Record<string, { zh: string; en: string; tone: 'person' | 'waiting' | 'note' | 'good' }>>

export type LineClass = keyof typeof CLASSES
/** Object.keys forgets which names it gives. */
export const CLASS_NAMES = Object.keys(CLASSES) as readonly LineClass[]

/** What the ledger has and the statement lacks. It is no class of lines. */
export const LEDGER_ONLY = { zh: '台账有、明细无', en: 'In the ledger, not in the list' } as const
