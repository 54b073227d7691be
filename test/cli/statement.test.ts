import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startWorld, type World } from '../../lib/local/world.ts'
import { DIRECT } from '../support/served.ts'
import { stubAws } from './local-env.ts'
import { CHINESE, runCli } from './run-cli.ts'

let world: World
let cwd: string
beforeAll(async () => {
  world = await startWorld({ merchants: [DIRECT] })
  stubAws(world.env)
  cwd = await mkdtemp(join(tmpdir(), 'shop-'))
  await writeFile(join(cwd, 'list.xlsx'), 'x')
  await writeFile(join(cwd, 'headless.csv'), 'foo,bar\n1,2\n')
  await writeFile(join(cwd, 'half.csv'), '订单号,付款时间\nCLI-2,2026-11-24 09:30\n,never\n')
  await writeFile(join(cwd, '.csv'), 'x')
  await writeFile(join(cwd, '2026-11-24.csv'), '订单号,付款时间\nCLI-1,2026-11-24 09:30\n')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await world.close()
  await rm(cwd, { recursive: true })
})

describe('payscore statement', () => {
  it('uploads a list, waits for its report, and gives a link that opens it', async () => {
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

  it('fails, and says so, when the list was refused: its report is no final one', async () => {
    const english = await runCli(['statement', 'headless.csv'], { cwd })
    const chinese = await runCli(['statement', 'headless.csv'], { cwd, env: CHINESE })
    const json = await runCli(['statement', 'headless.csv', '--json'], { cwd })

    expect([english.code, chinese.code, json.code]).toEqual([1, 1, 1])
    expect(english.out.split('\n')[1]).toMatch(/^✗ Nothing of the list was taken, and none of its payments is synced: /)
    expect(chinese.out.split('\n')[1]).toMatch(/^✗ 明细未被处理,其中收款均未同步:/)
    expect(JSON.parse(json.out)).toMatchObject({ name: 'headless.csv', refused: { en: expect.any(String) }, lines: 0 })
    const page = await (await fetch(english.out.split('\n')[0] ?? '')).text()
    expect(page).toContain('明细未被处理,其中收款均未同步。请更正后重新上传')
    expect(page).not.toContain('已全部了结')
  })

  it('fails when a line was not taken, and says how many', async () => {
    const { code, out } = await runCli(['statement', 'half.csv'], { cwd })

    expect(code).toBe(1)
    expect(out.split('\n')[1]).toBe(
      '✗ 1 of 2 lines could not be read, and their payments are not synced. Correct them and upload the list again.',
    )
  })

  it('uploads nothing for a merchant that nobody serves', async () => {
    const { code, err } = await runCli(['statement', 'half.csv', '--mchid', '1900000999'], { cwd })

    expect([code, err]).toEqual([
      2,
      `--mchid 1900000999: is not served, and its lists would not be read; MERCHANTS or merchants.json has ${DIRECT.mchid}\n`,
    ])
  })

  it('gives a link to the report again, as JSON', async () => {
    const { code, out } = await runCli(['report', '2026-11-24', '--json'], { cwd })

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      name: '2026-11-24.csv',
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
    [
      ['statement', '.csv'],
      2,
      '.csv: must be the name of a file: 1 to 140 printable characters, not beginning with a dot',
    ],
  ])('%j is told what is wrong', async (argv, code, message) => {
    expect(await runCli(argv, { cwd })).toEqual({ code, out: '', err: `${message}\n` })
  })

  it('finds a report by the name of its list, and asks which of several is meant', async () => {
    const sums = '{"entries":[\n\n],"summary":{"lines":0,"classes":{},"needs_person":0}}\n'
    world.objects.put(`reports/${DIRECT.mchid}/two.csv.json`, sums)
    world.objects.put(`reports/${DIRECT.mchid}/two.jsonl.json`, sums)

    const several = await runCli(['report', 'two'], { cwd })
    const one = await runCli(['report', 'two.jsonl', '--json'], { cwd })

    expect(several).toEqual({ code: 2, out: '', err: 'which report? two.csv, two.jsonl\n' })
    expect(JSON.parse(one.out)).toMatchObject({ name: 'two.jsonl' })
  })

  it('asks which merchant and which bucket', async () => {
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

describe('payscore statement --check', () => {
  const env = {
    MERCHANTS: JSON.stringify({ merchants: { '1900000109': { services: { '500001': 'wxd678efh567hg6787' } } } }),
    BUCKET: '',
  }
  const check = async (name: string, text: string, more: readonly string[] = [], and: NodeJS.ProcessEnv = {}) => {
    await writeFile(join(cwd, name), text)
    return runCli(['statement', name, '--check', ...more], { cwd, env: { ...env, ...and } })
  }
  const SOUND = '订单号,付款时间,金额\nCK-1,2026-11-24 09:30,12.80\n合计,,12.80\n'
  const WRONG = `订单号,付款时间,金额,交易状态\nCK-1,2026-11-24 09:30,12.80,支付成功\n20251124000123400000,2026-11-24 09:30,12.80,支付成功\nCK-2,2026-11-24 09:30,1,288.00,支付成功\nCK-3,2026-11-24 09:30,12.80,退款\n`

  it('tells what each line would become, without AWS, and sends nothing', async () => {
    const before = world.objects.stored.size

    expect(await check('sound.csv', SOUND)).toEqual({
      code: 0,
      err: '',
      out: [
        '     2  payment  CK-1  2026-11-24 09:30:00  ¥12.80',
        '     3  The till’s own sum  合计 12.80  ¥12.80',
        '',
        'Lines in the file: 3 (list: 2; header, title or blank: 1). Payments: 1, ¥12.80.',
        'Lines that need a person: 0. Nothing was sent.',
        '',
      ].join('\n'),
    })
    expect(world.objects.stored.size).toBe(before)
  })

  it('fails where a line needs a person, on 80 columns, in Chinese too', async () => {
    const english = await check('wrong.csv', WRONG)
    const chinese = await check('wrong.csv', WRONG, [], CHINESE)

    expect([english.code, chinese.code]).toEqual([1, 1])
    expect(chinese.out).toBe(
      [
        '     2  收款,将登记  CK-1  2026-11-24 09:30:00  ¥12.80',
        '     3  格式错误  20251124000123400000  2026-11-24 09:30:00  ¥12.80',
        '        订单号已被表格软件舍入(只保留15位有效数字或科学计数);请将该列设为文本格',
        '        式后重新导出',
        '     4  格式错误  CK-2 2026-11-24 09:30 1 288.00 支付成功',
        '        该行有 5 个字段,表头为 4 个;字段内含分隔符时须加引号',
        '     5  非收款,未登记  CK-3  2026-11-24 09:30:00  ¥12.80',
        '        非收款:“交易状态”为“退款”',
        '',
        '文件共 5 行:明细 4 行,表头、标题和空行 1 行。收款 1 笔,¥25.60;2 行需处理。未发送',
        '任何内容。',
        '',
      ].join('\n'),
    )
    for (const line of english.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('fails where the list would be refused, and where nothing of it can be read', async () => {
    expect(await check('none.csv', 'A,B\n1,2\n')).toEqual({
      code: 1,
      err: '',
      out: 'Not taken: no header was found: the first line must name the columns\nout_order_no and paid_time.\n',
    })
    expect(await runCli(['statement', 'gone.csv', '--check'], { cwd, env })).toEqual({
      code: 2,
      err: 'file gone.csv: not found, or not a file\n',
      out: '',
    })
  })

  it('gives the same as JSON', async () => {
    const { code, out } = await check('wrong.csv', WRONG, ['--json'])

    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      sound: false,
      payments: 1,
      needs_person: 2,
      lines: [
        { line: 2, becomes: 'payment' },
        { becomes: 'malformed' },
        { becomes: 'malformed' },
        { becomes: 'not_paid' },
      ],
    })
  })

  it('must know the merchant', async () => {
    expect(await check('sound.csv', SOUND, ['--mchid', '1900000119'])).toEqual({
      code: 2,
      out: '',
      err: '--mchid 1900000119: is not served, and its lists would not be read; MERCHANTS or merchants.json has 1900000109\n',
    })
    expect(await check('sound.csv', SOUND, ['--mchid', '1900000119'], { MERCHANTS: '' })).toEqual({
      code: 2,
      out: '',
      err: 'merchant 1900000119 is neither in MERCHANTS nor in merchants.json\n',
    })
  })
})
