// node test/browser/screenshot.ts: a busy day's report on three phones, as docs/statements.md shows it. Needs Chromium.
import { chromium } from 'playwright-core'
import { EVENING, statementDay } from '../support/statement-day.ts'
import { startStatementDeps } from '../support/statement-deps.ts'

const emulated = await startStatementDeps(EVENING)
const day = statementDay()
for (const row of day.rows) await emulated.table.put(row)
const { html } = await emulated.report('2026-11-24', day.csv)
await emulated.close()

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
const phone = await browser.newPage({ viewport: { width: 390, height: 800 } })
await phone.setContent(html)
const shots: string[] = []
for (const at of ['header', '#classes', '.charts']) {
  await phone.evaluate(`document.querySelector('${at}').scrollIntoView(); scrollBy(0, -10)`)
  shots.push((await phone.screenshot()).toString('base64'))
}
const wall = await browser.newPage({ viewport: { width: 1260, height: 840 } })
await wall.setContent(`<style>body{margin:0;padding:20px;display:flex;gap:20px;background:#dfe4ea}img{border-radius:18px;box-shadow:0 4px 18px #0003}</style>
${shots.map((shot) => `<img src="data:image/png;base64,${shot}">`).join('')}`)
await wall.screenshot({ path: new URL('report.png', import.meta.url).pathname })
await browser.close()
