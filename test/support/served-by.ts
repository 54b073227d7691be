import { type ReadConfig, readMerchantsConfig } from '../../lib/config/merchants.ts'
import type { Served } from '../../lib/config/served.ts'
import { servedConfig } from '../../lib/local/served-config.ts'
import type { WorldMerchant } from '../../lib/local/world.ts'

type Entry = Omit<WorldMerchant, 'mchid'>

/** The configuration for these merchants; a sub-merchant's entry names its provider. Throws where it would be refused. */
export const configFor = (entries: Readonly<Record<string, Entry>>): ReadConfig => {
  const merchants = Object.entries(entries).map(([mchid, entry]) => ({ mchid, sources: [], ...entry }))
  const read = readMerchantsConfig(servedConfig(merchants, 'com.example.pos'))
  if (read.problems.length > 0) throw new Error(read.problems.join('; '))
  return read
}

export const servedBy = (entries: Readonly<Record<string, Entry>>): Served => configFor(entries).served
