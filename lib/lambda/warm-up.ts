import type { Config } from '../config/config.ts'
import { signersOf } from '../config/served.ts'
import { LIMITS } from '../limits.ts'
import type { OrderDeps, WechatPayDeps } from '../operations/call-wechatpay.ts'
import type { Connection } from '../wechatpay/send.ts'
import type { DryRun } from './dry-run.ts'

export type WarmUpDeps = Pick<OrderDeps, 'ledger'> & WechatPayDeps & { readonly send: Pick<Connection, 'connect'> }

/** If more merchants sign, the secrets of the others are loaded when they are needed. */
const MAX_SIGNERS = 4

/** Matches no order, since their keys begin with an mchid: the read only opens the connection. */
const WARM_UP_KEY = '#'

/**
 * Runs during init, all parts concurrently: loads secrets, opens a socket to DynamoDB and one to WeChat Pay, and does
 * one dry run. Never rejects and never takes longer than `withinMs`: the first call does what is not ready by then, and
 * reports its errors.
 */
export const warmUp = async (
  { served }: Pick<Config, 'served'>,
  deps: WarmUpDeps,
  dryRun: DryRun,
  withinMs: number = LIMITS.init,
): Promise<void> => {
  const openMerchants = served.signers.filter(({ closed }) => !closed)
  const parts = [
    () => deps.send.connect(),
    () => deps.ledger.read(WARM_UP_KEY),
    ...signersOf(served)
      .slice(0, MAX_SIGNERS)
      .map((mchid) => () => deps.merchants.signer(mchid)),
    ...openMerchants.slice(0, 1).map((merchant) => () => dryRun(merchant, deps)),
  ]
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, withinMs)
  })
  await Promise.race([Promise.allSettled(parts.map(async (part) => part())), deadline])
  clearTimeout(timer)
}
