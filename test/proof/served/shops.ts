import { mkdirSync, writeFileSync } from 'node:fs'
import type { Json } from '../../../lib/json.ts'

const TILL = 'com.example.saas'
const LIST = 'sub-merchants.txt'

/** The mchids of so many shops, with a place left free between any two. */
export const shopsOf = (shops: number): readonly string[] =>
  Array.from({ length: shops }, (_, index) => String(1_900_000_000 + 2 * index))

/** A provider's entry, whose sub-merchants are any or in the list beside merchants.json. */
export const providerEntry = (sub_merchants: 'any' | 'listed', service_id: string): Json => ({
  sources: [TILL],
  services: { [service_id]: '' },
  sub_merchants: sub_merchants === 'any' ? 'any' : LIST,
})

/** Writes merchants.json and the list of that many shops into the folder. Gives the path of merchants.json. */
export const writeMerchants = (folder: string, entries: Json, shops: number): string => {
  mkdirSync(folder, { recursive: true })
  const path = `${folder}/merchants.json`
  const tills = { [TILL]: { principals: ['role/saas'], accounts: [] } }
  writeFileSync(path, JSON.stringify({ ...entries, tills }))
  writeFileSync(`${folder}/${LIST}`, shopsOf(shops).join('\n'))
  return path
}

export const merchantEntry = (service_id: string, appid: string): Json => ({
  sources: [TILL],
  services: { [service_id]: appid },
})
