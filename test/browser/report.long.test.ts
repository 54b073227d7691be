import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Row } from '../../lib/ledger/row.ts'
import { CLASS_NAMES } from '../../lib/statements/line-classes.ts'
import { EVENING, statementDay } from '../support/statement-day.ts'
import { startStatementDeps } from '../support/statement-deps.ts'
import { CHROMIUM, hasBrowser } from './chromium.ts'

// Whoever has no browser is told.
if (!hasBrowser)
  process.stdout.write('no Chromium was found, so no page is opened in a browser: .ci/browser installs it\n')

/** What a hostile till could write wherever it may write anything. */
const HOSTILE = [
  '<script>document.title="run"</script>',
  '"><img src=x onerror=document.title=1>',
  "'><svg/onload=document.title=1>",
  'javascript:document.title=1',
  '</style><script>document.title=1</script>',
  '<!--<iframe src=//x>',
  '{{document.title=1}}',
  '&lt;script&gt;',
]

describe.skipIf(!hasBrowser)('the report in a browser', () => {
  let browser: Browser
  let folder: string
  const said: string[] = []
  const asked: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM ?? 'chromium is missing', args: ['--no-sandbox'] })
    folder = await mkdtemp(join(tmpdir(), 'report-'))
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** The page that becomes of a statement and a ledger, opened as a file. */
  const open = async (rows: readonly Row[], csv: string, name = '2026-11-24', width = 390) => {
    const emulated = await startStatementDeps(EVENING)
    try {
      for (const row of rows) await emulated.table.put(row)
      const { html, data } = await emulated.report(name, csv)
      const file = join(folder, 'report.html')
      await writeFile(file, html)
      const page = await browser.newPage({ viewport: { width, height: 844 } })
      page.on('console', (message) => said.push(message.text()))
      page.on('dialog', (dialog) => said.push(dialog.message()))
      page.on('request', (request) => asked.push(request.url()))
      await page.goto(pathToFileURL(file).href)
      if (!data) throw new Error('no report')
      return { page, summary: data.summary, html }
    } finally {
      await emulated.close()
    }
  }

  const textOf = async (page: Page, selector: string) =>
    (await page.locator(selector).allInnerTexts()).map((text) => text.trim())
  const number = (text: string | undefined) => Number(text?.replaceAll(/[^\d.]/g, ''))

  it('shows sums that add up to the lines, and fits a phone', async () => {
    const day = statementDay()

    const { page, summary } = await open(day.rows, day.csv)

    const shown = Object.fromEntries(
      await page.locator('#classes tbody tr').evaluateAll((rows) =>
        rows.map((row) => {
          // Runs in the page, whose types are not these.
          const { dataset, children } = row as unknown as {
            dataset: { class: string }
            children: { textContent: string }[]
          }
          return [dataset.class, children[1]?.textContent ?? '']
        }),
      ),
    ) as Readonly<Record<string, string>>
    const counts = CLASS_NAMES.map((name) => number(shown[name] ?? '0'))
    expect(counts).toEqual(CLASS_NAMES.map((name) => summary.classes[name]?.lines))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(day.lines)
    expect((await textOf(page, '#classes tfoot td'))[1]).toBe(String(day.lines))
    const shops = await textOf(page, '#shops tbody td:nth-child(5)')
    expect(shops.reduce((sum, count) => sum + number(count), 0)).toBe(day.lines)
    expect(await textOf(page, 'h1')).toEqual([`${summary.needs_person} 笔需要处理,疑似重复支付 ¥312.23`])
    expect(await page.locator('#person li').count()).toBe(summary.needs_person)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    await page.close()
  })

  it('puts what needs a person above everything but the sums', async () => {
    const day = statementDay()

    const { page } = await open(day.rows, day.csv)

    const headings = await textOf(page, 'h2, h3')
    expect(headings.slice(0, 2).map((text) => text.split(/\s/)[0])).toEqual(['需要处理', '疑似重复支付'])
    await page.close()
  })

  it('runs and fetches nothing, whatever a till writes', async () => {
    const quoted = HOSTILE.map((text) => `"${text.replaceAll('"', '""')}"`)
    const [row] = statementDay(1).rows
    if (!row) throw new Error('no row')
    const labels = HOSTILE.map((text) => text.slice(0, 64))
    const rows = labels.map((shop_id, i) => ({
      ...row,
      pk: `1900000109#H-${i}`,
      state: 'DOUBLE_CHARGED' as const,
      shop_id,
      cashier_id: shop_id,
      pos_ref: shop_id,
      reason: shop_id,
      transaction_id: shop_id,
    }))
    const lines = [
      ...quoted.map((text) => `${text},20261124090000,1.00,${text},${text},${text}`),
      ...quoted.map((text, i) => `H-${i},20261124090000,1.00,${text},${text},${text}`),
      ...quoted.map((text) => `A,${text},${text},${text},${text},${text}`),
    ]
    said.length = 0
    asked.length = 0

    const { page, html, summary } = await open(
      rows,
      `out_order_no,paid_time,amount_yuan,shop_id,cashier_id,pos_ref\n${lines.join('\n')}\n`,
      '<script>alert(1)<script>'.replaceAll('/', ''),
    )

    expect(summary.lines).toBe(lines.length)
    expect(await page.title()).toBe('<script>alert(1)<script>.csv 对账报告 1900000109')
    expect(
      await page.locator('script, img, iframe, object, embed, link, [onload], [onerror], svg svg, a').count(),
    ).toBe(0)
    expect(said).toEqual([])
    expect(asked).toHaveLength(1)
    expect(html).toContain(`Content-Security-Policy" content="default-src 'none'; style-src 'sha256-`)
    expect(await page.locator('#person').textContent()).toContain('<script>document.title="run"</script>')
    await page.close()
  })

  it('would run nothing even if a script stood in it', async () => {
    const { page, html } = await open([], 'out_order_no,paid_time\nA1,20261124090000\n')
    const file = join(folder, 'altered.html')
    await writeFile(
      file,
      html.replace('</body>', '<script>document.title="run"</script><b onclick="document.title=1" id="b">x</b></body>'),
    )

    await page.goto(pathToFileURL(file).href)
    await page.locator('#b').click()

    expect(await page.title()).toBe('2026-11-24.csv 对账报告 1900000109')
    await page.close()
  })

  it('has its style, which its policy allows by the hash alone', async () => {
    const { page } = await open([], 'out_order_no,paid_time\nA1,20261124090000\n', 'styled', 900)

    expect(await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth')).toBe('860px')
    expect(await textOf(page, 'h1')).toEqual(['无需处理,1 笔自动同步中'])
    await page.close()
  })
})
