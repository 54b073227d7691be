import { adviceOf } from '../../ledger/advice.ts'
import { hasOpenCharge, type Row } from '../../ledger/row.ts'
import type { Text } from '../../two-languages.ts'
import { VERDICT_WORDS } from '../../views/verdict-words.ts'
import { REFUSALS } from '../../wechatpay/refusals.ts'
import type { VerdictKind } from '../../wechatpay/verdict-kinds.ts'

/** Why an order is in its state, in the values of `--reason`; in Chinese with their meaning. */
export const whyOf = (row: Row): Text => {
  const { state, reason, due, last_error, transaction_id = '' } = row
  if (hasOpenCharge(row) || (reason === undefined && state === 'DOUBLE_CHARGED'))
    return { en: transaction_id, zh: transaction_id }
  const { verdict, refusal } = last_error ?? {}
  const word = reason ?? (due === undefined ? undefined : (refusal ?? verdict))
  if (word === undefined) return { en: '', zh: '' }
  const byPerson = BY_PERSON.find(([begins]) => word.startsWith(begins))
  if (byPerson) return { en: word, zh: `${byPerson[1]}:${word.slice(byPerson[0].length)}` }
  return {
    en: word,
    zh: `${verdictWord(word) ?? REFUSAL_WORDS[word]?.zh.meaning ?? adviceOf(row).zh.meaning}(${word})`,
  }
}

/** Reasons that are followed by a person's text. */
const BY_PERSON = [
  ['closed by hand: ', '人工结案'],
  ['withdrawn: ', '通知已撤回'],
  ['refund ', '退款'],
  ['cash ', '门店退款'],
  ['not double: ', '并非重复支付'],
] as const

/** A pending order has no reason of its own, so the last verdict is shown. */
const verdictWord = (word: string): string | undefined =>
  Object.hasOwn(VERDICT_WORDS, word) ? VERDICT_WORDS[word as VerdictKind].reason : undefined

const REFUSAL_WORDS: Readonly<Record<string, { readonly zh: { readonly meaning: string } }>> = REFUSALS

const ENDS = [
  ...['paid_less', 'paid_more', 'part_paid', 'amount_differs', 'amount_unknown'],
  'observe_only',
  'over_cap',
  'not_found',
  'revoked',
  'too_old',
]

/** Values of `--reason`, besides WeChat Pay's error codes. */
export const REASONS: readonly string[] = [
  ...new Set([
    ...Object.keys(VERDICT_WORDS),
    ...['unproved', 'closed by hand', 'withdrawn'],
    ...ENDS,
    ...Object.keys(REFUSALS),
  ]),
]
