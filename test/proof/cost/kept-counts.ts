import { readFileSync } from 'node:fs'
import type { Counted } from './counted.ts'
import type { SHOWN } from './meter.ts'

/** What `npm run cost -- --write` counted last, by the kind of order. */
export const KEPT: Readonly<Record<(typeof SHOWN)[number], Counted>> = JSON.parse(
  readFileSync(new URL('cost.json', import.meta.url), 'utf8'),
)
