import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { npmStart } from '../support/npm-start.ts'
import { startAttacker } from './attacker.ts'
import { CHROMIUM, hasBrowser } from './chromium.ts'

/** A sample whose order is charged as well, so that somebody has to look at it. */
const SAMPLE = {
  title: { en: 'Charged as well', zh: '支付分也已扣款' },
  order: { state: 'finished', total_amount: 8800 },
  story: [{ order: 'charged' }, { notice: 'http' }, { wait: '5 min' }],
  ends: { status: 202, state: 'DOUBLE_CHARGED' },
}

describe.skipIf(!hasBrowser)('the page of npm start in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM ?? 'chromium is missing', args: ['--no-sandbox'] })
  }, 60_000)
  afterAll(() => browser?.close())

  const startHere = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'page-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'double.json'), JSON.stringify(SAMPLE))
    const started = npmStart(folder, ['--port', '0', '--fast', '--samples', folder])
    const [, origin = '', token = ''] = await started.says(/ {2}(http:\/\/127\.0\.0\.1:\d+)\/([\w-]{43})\/\n/)
    const [, order = ''] = await started.says(/\/(TRY-\d+)\n/)
    return { origin, token, order }
  }

  it('shows an order’s way, hands a payment over, and fits a phone', async () => {
    const { origin, token, order } = await startHere()
    const page = await browser.newPage({ viewport: { width: 375, height: 800 } })
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))

    await page.goto(`${origin}/${token}/`)
    const double = page.locator('#orders details', { hasText: 'double' })
    await double.locator('summary').click()

    expect(await double.textContent()).toContain('WeChat Pay says that it charged 88.00 yuan')
    expect(await page.locator('input[name=out_order_no]').inputValue()).toBe(order)
    await page.locator('button').click()
    await page.locator('output.good').waitFor()
    expect(await page.locator('output').textContent()).toMatch(/^200 SYNCED/)
    await page.locator('#orders details', { hasText: order }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
    expect(said).toEqual([])
    await page.close()
  })

  it('hands over for the shop whose order is chosen', async () => {
    const { origin, token } = await startHere()
    const page = await browser.newPage()

    await page.goto(`${origin}/${token}/`)
    await page.locator('input[name=out_order_no]').fill('SHOP1234323JKHDFE1243252')
    await page.locator('input[name=amount]').fill('86')

    expect(await page.locator('input[name=mchid]').inputValue()).toBe('1700000000')
    await page.locator('button').click()
    await page.locator('output.good').waitFor()
    expect(await page.locator('output').textContent()).toMatch(/^202 PENDING/)
    // The answer is shown before the list is refreshed.
    await page.locator('#orders details', { hasText: 'SHOP1234323JKHDFE1243252' }).waitFor()
    expect(await page.locator('#orders details').first().textContent()).toContain(
      '商户号 1700000000 · 服务商 1800000000',
    )
    await page.close()
  })

  it('says where to look when it is opened without the token', async () => {
    const { origin } = await startHere()
    const page = await browser.newPage()

    const answer = await page.goto(`${origin}/`)

    expect(answer?.status()).toBe(403)
    expect(await page.locator('h1').textContent()).toBe('请打开终端中打印的地址')
    expect(await page.locator('form, script').count()).toBe(0)
    await page.close()
  })

  it.each(['localhost', '127.0.0.1'])(
    'a page of another origin on %s can neither say "paid", nor read, nor frame it',
    async (host) => {
      const { origin, token, order } = await startHere()
      const page = await browser.newPage()
      await page.goto(await startAttacker(host))
      const statuses: number[] = []
      page.on('response', (response) => {
        if (response.url().startsWith(origin)) statuses.push(response.status())
      })
      const path = `/merchants/1900000109/payafter-orders/${order}/sync`

      const posted = await page.evaluate(
        `Promise.all([['no-cors', 'text/plain'], ['no-cors', 'application/x-www-form-urlencoded'], ['cors', 'application/json']]
          .map(([mode, type]) => fetch('${origin}${path}', {
            method: 'POST', mode, headers: { 'content-type': type }, body: '{"detail":{"paid_time":"20261124103000"}}',
          }).then((answer) => answer.type, () => 'refused')))`,
      )
      const read = await page.evaluate(`fetch('${origin}/${token}/').then(() => 'read', () => 'refused')`)
      await page.evaluate(`new Promise((done) => {
        const frame = Object.assign(document.createElement('iframe'), { onload: done, src: '${origin}/${token}/' })
        document.body.append(frame)
      })`)
      const headers = { authorization: `Bearer ${token}` }
      const stands = await fetch(`${origin}${path.replace(/\/sync$/, '')}`, { headers })

      expect(posted).toEqual(['opaque', 'opaque', 'refused'])
      expect(read).toBe('refused')
      expect(new Set(statuses)).toEqual(new Set([403]))
      // Nothing of it came to the ledger.
      expect(stands.status).toBe(404)
      await page.close()
    },
  )
})
