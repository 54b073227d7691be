import type { Config } from '../config/config.ts'
import { signersOf } from '../config/merchants.ts'
import { LIMITS } from '../limits.ts'
import type { OrderDeps, WechatPayDeps } from '../operations/call-wechatpay.ts'
import type { Connection } from '../wechatpay/send.ts'
import type { DryRun } from './dry-run.ts'

export type WarmUpDeps = Pick<OrderDeps, 'ledger'> & WechatPayDeps & { readonly send: Pick<Connection, 'connect'> }

/** A deployment with more signers than these loads the others when they are asked for. */
const SIGNERS_MOST = 4

/** No order's: those begin with a number of a merchant. */
const WARM_UP_KEY = '#'

/**
 * What init awaits, side by side, so that a first call finds it done: secrets, a socket to DynamoDB and one to
 * WeChat Pay, and one rehearsal. Never rejects and never takes longer than `withinMs`: whatever is not ready then, the
 * first call does by itself, and tells how it failed.
 */
export const warmUp = async (
  { merchants }: Pick<Config, 'merchants'>,
  deps: WarmUpDeps,
  rehearse: DryRun,
  withinMs: number = LIMITS.init,
): Promise<void> => {
  const open = [...merchants.values()].filter(({ closed }) => !closed)
  const parts = [
    () => deps.send.connect(),
    () => deps.ledger.read(WARM_UP_KEY),
    ...signersOf(merchants.values())
      .slice(0, SIGNERS_MOST)
      .map((mchid) => () => deps.merchants.signer(mchid)),
    ...open.slice(0, 1).map((merchant) => () => rehearse(merchant, deps)),
  ]
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, withinMs)
  })
  await Promise.race([Promise.allSettled(parts.map(async (part) => part())), deadline])
  clearTimeout(timer)
}
