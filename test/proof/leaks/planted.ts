import { randomBytes } from 'node:crypto'
import { type Canary, createScan, formsOf } from './scan.ts'

/** Plants one value of each kind in every form, in the middle of other text, and looks whether each is found. */
export const plantedFound = (canaries: readonly Canary[]): { readonly planted: number; readonly found: number } => {
  const kinds = [...Map.groupBy(canaries, ({ what }) => what).values()].flatMap(([first]) => (first ? [first] : []))
  const plants = kinds.flatMap(({ value }) => formsOf(value).map(([, text]) => `{"message":"said ${text}."}`))
  const scan = createScan(canaries)
  const found = plants.filter((text) => {
    const before = scan.leaks.length
    scan.look('planted', text)
    return scan.leaks.length > before
  })
  return { planted: plants.length, found: found.length }
}

/** As long as those of WeChat Pay: a shorter one without digits could be the name of a member, which errors may tell. */
export const plantedOpenid = (): string => `o${randomBytes(20).toString('base64url')}`
