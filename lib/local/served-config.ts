import type { WorldMerchant } from './world.ts'

/** The members that a sub-merchant may have otherwise than others of its provider. */
const OWN = ['services', 'channel_id', 'mode', 'hourly_cap', 'closed'] as const

/**
 * merchants.json for the merchants of a local world. The first sub-merchant of a provider makes the provider's entry; the
 * others are exceptions of it where they differ.
 */
export const servedConfig = (worldMerchants: readonly WorldMerchant[], till: string) => {
  const providers = Map.groupBy(
    worldMerchants.filter(({ provider }) => provider !== undefined),
    ({ provider }) => provider ?? '',
  )
  return {
    merchants: Object.fromEntries(
      worldMerchants
        .filter(({ provider }) => provider === undefined)
        .map(({ mchid, sources = [till], ...rest }) => [mchid, { sources, ...rest }]),
    ),
    providers: Object.fromEntries(
      [...providers].map(([mchid, subs]) => [mchid, providerEntry(subs as [WorldMerchant, ...WorldMerchant[]], till)]), // a group has a member
    ),
  }
}

const providerEntry = (subs: readonly [WorldMerchant, ...WorldMerchant[]], till: string) => {
  const [{ mchid: _, provider: __, ...first }] = subs
  const exceptions = subs.flatMap((sub) => {
    const differing = OWN.filter((name) => JSON.stringify(sub[name]) !== JSON.stringify(first[name]))
    return differing.length > 0 ? [[sub.mchid, Object.fromEntries(differing.map((name) => [name, sub[name]]))]] : []
  })
  return {
    ...first,
    sources: [...new Set(subs.flatMap(({ sources = [till] }) => sources))],
    sub_merchants: subs.map(({ mchid }) => mchid),
    ...(exceptions.length > 0 && { exceptions: Object.fromEntries(exceptions) }),
  }
}
