import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outcomeText } from '../audit/day-page.ts'
import type { daySummary } from '../audit/day-report.ts'
import { chinaDay, chinaTimeMs, readableTime } from '../china-time.ts'
import type { Objects } from './objects.ts'
import type { World } from './world.ts'

const EXTENSIONS = ['html', 'csv', 'json'] as const
const HALF_HOUR = 1_800_000
const DAY = 86_400_000
/** When the stack's schedule begins, 10:20 in China, after midnight there. */
const BEGINS = 620 * 60_000

/** Lets the local world's clock move on until the trade bill of the present day in China can be had. */
export const passToNextBill = async ({ clock, pass }: Pick<World, 'clock' | 'pass'>): Promise<void> =>
  pass(chinaTimeMs(chinaDay(clock.now())) + DAY + BEGINS - clock.now())

/**
 * In place of the stack's schedule: compares the trade bills at once and each half hour. Each report, also one that a
 * command had made, is copied into `folder`; a day without a trade has nothing to show.
 */
export const watchBills = ({
  folder,
  objects,
  runAudit,
  say,
}: {
  readonly folder: string
  readonly objects: Objects
  readonly runAudit: () => Promise<unknown>
  readonly say: (text: string) => void
}) => {
  mkdirSync(folder, { recursive: true })
  const brought = new Map<string, string>()

  const bringBack = (): void => {
    for (const [key, { body, version }] of objects.stored) {
      const [, mchid, day] = /^bills\/(\d+)\/(\d+)\.json$/.exec(key) ?? []
      // The JSON is uploaded last, so the other files are complete.
      if (mchid === undefined || day === undefined || brought.get(key) === version) continue
      brought.set(key, version)
      const { summary } = JSON.parse(body.toString()) as { readonly summary: ReturnType<typeof daySummary> } // of our own function
      if (summary.outcome === 'no_bill') continue
      const name = `bill-${mchid}-${day}`
      for (const extension of EXTENSIONS)
        writeFileSync(
          join(folder, `${name}.${extension}`),
          objects.stored.get(`bills/${mchid}/${day}.${extension}`)?.body ?? '',
        )
      const { zh, en } = outcomeText(summary, Date.parse(summary.made_at))
      say(`${readableTime(day)} ${mchid}: ${en} ${zh} ${join(folder, `${name}.html`)}`)
    }
  }

  void runAudit()
  const look = setInterval(bringBack, 500)
  const schedule = setInterval(() => void runAudit(), HALF_HOUR)
  return {
    close: () => {
      clearInterval(look)
      clearInterval(schedule)
    },
  }
}
