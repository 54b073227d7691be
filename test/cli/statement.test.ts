import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHINESE, runCli } from './run-cli.ts'
import { DIRECT, enterWorld, leaveWorld, SLOW, startWorld, type World } from './world.ts'

let world: World
let cwd: string
beforeAll(async () => {
  world = await startWorld({ merchants: [DIRECT] })
  enterWorld(world)
  cwd = await mkdtemp(join(tmpdir(), 'shop-'))
  await writeFile(join(cwd, 'list.xlsx'), 'x')
  await writeFile(join(cwd, 'headless.csv'), 'foo,bar\n1,2\n')
  await writeFile(join(cwd, 'half.csv'), '订单号,付款时间\nCLI-2,2026-11-24 09:30\n,never\n')
  await writeFile(join(cwd, '2026-11-24.csv'), '订单号,付款时间\nCLI-1,2026-11-24 09:30\n')
}, SLOW)
afterAll(async () => {
  leaveWorld()
  await world.close()
  await rm(cwd, { recursive: true })
})

describe('payscore statement', () => {
  it('uploads a list, waits for its report, and gives a link that opens it', { timeout: SLOW }, async () => {
    const { code, out, err } = await runCli(['statement', '2026-11-24.csv'], { cwd })

    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(
        /Whoever has this link can open the report until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(China time\)\.\n$/,
      ),
    })
    const [link = '', said] = out.split('\n')
    expect(said).toBe('✓ 1 line read, none waits for a person.')
    const page = await fetch(link)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await page.text()).toContain('CLI-1')
    expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe('86400')
  })

  it('fails, and says so, when the list was refused: its report is no final one', { timeout: SLOW }, async () => {
    const english = await runCli(['statement', 'headless.csv'], { cwd })
    const chinese = await runCli(['statement', 'headless.csv'], { cwd, env: CHINESE })
    const json = await runCli(['statement', 'headless.csv', '--json'], { cwd })

    expect([english.code, chinese.code, json.code]).toEqual([1, 1, 1])
    expect(english.out.split('\n')[1]).toMatch(/^✗ Nothing of the list was taken, and none of its payments is synced: /)
    expect(chinese.out.split('\n')[1]).toMatch(/^✗ 明细未被处理,其中收款均未同步:/)
    expect(JSON.parse(json.out)).toMatchObject({ name: 'headless', refused: { en: expect.any(String) }, lines: 0 })
    const page = await (await fetch(english.out.split('\n')[0] ?? '')).text()
    expect(page).toContain('明细未被处理,其中收款均未同步。请更正后重新上传')
    expect(page).not.toContain('已全部了结')
  })

  it('fails when a line was not taken, and says how many', { timeout: SLOW }, async () => {
    const { code, out } = await runCli(['statement', 'half.csv'], { cwd })

    expect(code).toBe(1)
    expect(out.split('\n')[1]).toBe(
      '✗ 1 of 2 lines could not be read, and their payments are not synced. Correct them and upload the list again.',
    )
  })

  it('uploads nothing for a merchant that nobody serves', { timeout: SLOW }, async () => {
    const { code, err } = await runCli(['statement', 'half.csv', '--mchid', '1900000999'], { cwd })

    expect([code, err]).toEqual([
      2,
      `--mchid 1900000999: is not served, and its lists would not be read; MERCHANTS or merchants.json has ${DIRECT.mchid}\n`,
    ])
  })

  it('gives a link to the report again, as JSON', { timeout: SLOW }, async () => {
    const { code, out } = await runCli(['report', '2026-11-24', '--json'], { cwd })

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      name: '2026-11-24',
      link: expect.stringContaining('/reports/'),
      mchid: DIRECT.mchid,
    })
  })

  it.each([
    [
      ['report', 'nothing'],
      1,
      'there is no report nothing. Compare its name, and --mchid; a list that was just uploaded is read for up to 15 minutes.',
    ],
    [['statement', 'gone.csv'], 2, 'file gone.csv: not found, or not a file'],
    [['statement', 'list.xlsx'], 2, 'list.xlsx: must be named NAME.csv or NAME.jsonl, or either with .gz'],
  ])('%j is told what is wrong', { timeout: SLOW }, async (argv, code, message) => {
    expect(await runCli(argv, { cwd })).toEqual({ code, out: '', err: `${message}\n` })
  })

  it('asks which merchant and which bucket', { timeout: SLOW }, async () => {
    const noMerchant = await runCli(['report', 'x'], { cwd, env: { MERCHANTS: '' } })
    const noBucket = await runCli(['report', 'x'], { cwd, env: { BUCKET: '', ...CHINESE } })

    expect(noMerchant).toEqual({
      code: 2,
      out: '',
      err: 'which merchant? Say --mchid, or set MERCHANTS, or run it beside merchants.json\n',
    })
    expect(noBucket).toEqual({
      code: 2,
      out: '',
      err: '请指定存储桶:--stack 堆栈名、--bucket 名称或 --local,或设置 BUCKET\n',
    })
  })
})
