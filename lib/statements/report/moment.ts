import { formatChinaTime } from '../../paid-time.ts'
import { readableTime } from '../parse/china-time.ts'

/** ms → 2026-11-24 10:30:00, in China. */
export const chinaTimeText = <T extends number | undefined>(ms: T): string | (T & undefined) =>
  (ms === undefined ? undefined : readableTime(formatChinaTime(ms))) as string | (T & undefined) // as the signature says
