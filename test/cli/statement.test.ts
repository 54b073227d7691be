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
      err: expect.stringContaining('Whoever has this link can open the report until'),
    })
    const page = await fetch(out.trim())
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await page.text()).toContain('CLI-1')
    expect(new URL(out.trim()).searchParams.get('X-Amz-Expires')).toBe('86400')
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
    [['report', 'nothing'], 1, 'there is no report nothing'],
    [['statement', 'gone.csv'], 2, 'gone.csv: cannot be read'],
    [['statement', 'list.xlsx'], 2, 'list.xlsx: must be named NAME.csv or NAME.jsonl, or either with .gz'],
  ])('%j is told what is wrong', { timeout: SLOW }, async (argv, code, message) => {
    expect(await runCli(argv, { cwd })).toEqual({ code, out: '', err: `${message}\n` })
  })

  it('asks which merchant and which bucket', { timeout: SLOW }, async () => {
    const noMerchant = await runCli(['report', 'x'], { cwd, env: { MERCHANTS: '' } })
    const noBucket = await runCli(['report', 'x'], { cwd, env: { BUCKET: '', ...CHINESE } })

    expect(noMerchant).toEqual({ code: 2, out: '', err: 'which merchant? Say --mchid\n' })
    expect(noBucket).toEqual({
      code: 2,
      out: '',
      err: '请指定存储桶:--stack 堆栈名、--bucket 名称或 --local,或设置 BUCKET\n',
    })
  })
})
