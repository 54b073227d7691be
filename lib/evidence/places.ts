import { createHash } from 'node:crypto'
import { formatChinaTime } from '../china-time.ts'

/** Where an object of answers is, without folder and ending, as rows have it: `2026/11/24/1030-` and 16 digits. */
export type Place = string

const ENDINGS = { answers: '.jsonl.gz', customers: '.txt' } as const

/** Two objects of the same place: answers, and whose they are. */
export const objectKey = (folder: keyof typeof ENDINGS, place: Place): string => `${folder}/${place}${ENDINGS[folder]}`

/** Undefined for a key that is no such object. */
export const placeOf = (key: string): Place | undefined =>
  /^(?:answers|customers)\/(\d{4}\/\d\d\/\d\d\/\d{4}-[0-9a-f]{16})\.(?:jsonl\.gz|txt)$/.exec(key)?.[1]

/** The folder of a day in China, yyyyMMdd. */
export const dayFolder = (day: string): string => `${day.slice(0, 4)}/${day.slice(4, 6)}/${day.slice(6, 8)}`

/** The same answers are always in the same place. @param sentAt of the first of them (ms) */
export const placeFor = (sentAt: number, text: string): Place => {
  const time = formatChinaTime(sentAt)
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return `${dayFolder(time)}/${time.slice(8, 12)}-${digest}`
}
