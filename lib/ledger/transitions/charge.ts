import type { Verdict } from '../../wechatpay/verdict.ts'

/** If the sum or the number of a charge cannot be read, the one of an earlier answer must not stay beside it. */
export const secondChargeAttributes = ({ charge }: Verdict): readonly ('amount' | 'transaction_id')[] =>
  charge ? (['amount', 'transaction_id'] as const).filter((name) => charge[name] === undefined) : []
