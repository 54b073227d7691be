import type { Text } from './two-languages.ts'

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const

/** Formats an age as 3d, 2h, 15m or 40s: the largest unit that fits, rounded down. */
export const age = (ms: number): Text => {
  const [unit, size] = Object.entries(UNITS).find(([, unitMs]) => ms >= unitMs) ?? ['s', 1000]
  const count = Math.max(0, Math.floor(ms / size))
  return { en: `${count}${unit}`, zh: `${count}${CHINESE_UNITS[unit]}` }
}

const CHINESE_UNITS: Readonly<Record<string, string>> = { d: '天', h: '小时', m: '分钟', s: '秒' }

/** Reads 90s, 15m, 2h or 3d as ms; undefined for anything else. */
export const readAge = (text: string): number | undefined => {
  const [, count, unit] = /^(\d{1,6})([dhms])$/.exec(text) ?? []
  return count === undefined || unit === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS]
}
