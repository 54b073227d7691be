import { formatChinaTime } from '../order/paid-time.ts'
import { readableTime } from '../statement/china-time.ts'

/** ms → 2026-11-24 10:30:00, in China. */
export const momentText = <T extends number | undefined>(ms: T): string | (T & undefined) =>
  (ms === undefined ? undefined : readableTime(formatChinaTime(ms))) as string | (T & undefined) // as the signature says
