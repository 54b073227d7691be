import type { WorldMerchant } from '../world.ts'

/** A direct merchant alone, or all shops of one provider. */
export type ServedGroup = {
  readonly signer: string
  readonly order_api: string
  readonly services: readonly string[]
  readonly mchids: readonly string[]
}

export const servedGroups = (merchants: readonly WorldMerchant[]): readonly ServedGroup[] =>
  [...Map.groupBy(merchants, ({ mchid, provider }) => provider ?? mchid)].map(([signer, of]) => ({
    signer,
    order_api: of[0]?.order_api ?? 'payafter-orders',
    services: Object.keys(of[0]?.services ?? {}),
    mchids: of.map(({ mchid }) => mchid),
  }))
