import type { Merchant } from '../../config/served.ts'
import { type Check, note, ok } from './check.ts'

/** Checks whether a mistyped order number would be noticed before the sync, since a sync cannot be undone. */
export const modeChecks = (merchants: readonly Merchant[]): readonly Check[] =>
  merchants
    .filter(({ closed }) => !closed)
    .map(({ mchid, mode }) => ({
      name: `mode ${mchid}`,
      title: { en: `mode of ${mchid}`, zh: `商户 ${mchid} 的模式` },
      look: async () => {
        if (mode !== 'sync') return ok(MODES[mode].en, MODES[mode].zh)
        return note(
          {
            en: 'sync: a notice without amount is synced unseen, so one mistyped number ends a stranger’s order for good',
            zh: 'sync:未提供金额的通知不核对即同步,订单号录错一位就会永久结束他人的订单',
          },
          {
            en: 'Set "mode": "check" in merchants.json, and let the till send amount.',
            zh: '请在 merchants.json 中设置 "mode": "check",并让收银系统在通知中提供 amount。',
          },
        )
      },
    }))

const MODES = {
  check: { en: 'check: each order is looked at before it is synced', zh: 'check:先查单核对,再同步' },
  observe: { en: 'observe: nothing is synced by itself', zh: 'observe:仅观察,不自动同步' },
} as const
