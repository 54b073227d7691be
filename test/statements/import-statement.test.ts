import { existsSync } from 'node:fs'
import { readdir, readlink } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UnavailableError } from '../../lib/errors.ts'
import { importStatement, type StatementDeps } from '../../lib/statements/import-statement.ts'
import { findOverdue, refreshReports } from '../../lib/statements/refresh-reports.ts'
import { CLAIMED, DAY, MINUTE, NOW } from '../support/orders.ts'
import { servedBy } from '../support/served-by.ts'
import { MCHID, MERCHANTS, PROVIDER, PROVIDERS, startStatementDeps } from '../support/statement-deps.ts'
import { WORD } from '../support/verdicts.ts'
import { xlsxOf } from '../support/xlsx.ts'

let emulated: Awaited<ReturnType<typeof startStatementDeps>>
beforeEach(async () => {
  emulated = await startStatementDeps()
})
afterEach(() => emulated.close())

const IN_CHINESE: Readonly<Record<string, string>> = {
  'no header was found: the first line must name the columns out_order_no and paid_time':
    '未找到表头:首行须包含“商户服务订单号”和“收款成功时间”两列',
  'the gzip file is damaged: upload it again': '压缩文件已损坏,请重新上传',
}

/** Files below a folder that this process has open, also those that were removed. */
const openFiles = async (folder: string): Promise<readonly string[]> => {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return links.filter((link) => link.startsWith(folder))
}

const FETCHED = { size: 1, modifiedAt: NOW, version: undefined }

const no = () => Promise.reject(new UnavailableError('says no'))

/** A line without sum or shop has empty fields in their place. */
const csv = (...lines: readonly string[]) =>
  `商户服务订单号,收款成功时间,金额(元),门店\n${lines.map((line) => line + ','.repeat(Math.max(0, 4 - line.split(',').length))).join('\n')}\n`
const read = (out_order_no: string) => emulated.deps.ledger.read(`${MCHID}#${out_order_no}`)

describe('a statement', () => {
  it('books what the ledger lacks, without a call, and leaves alone what it has', async () => {
    const known = await emulated.table.put({
      ...CLAIMED,
      pk: `${MCHID}#B-1`,
      call: { ...CLAIMED.call, out_order_no: 'B-1', paid_time: '20261124090000' },
      day: `${MCHID}#20261124#1`,
    })

    const { handled, data } = await emulated.report(
      'books',
      csv('B-1,2026/11/24 9:00', 'B-2,2026/11/24 9:30,12.80,福田店'),
    )

    expect(await read('B-1')).toEqual(known)
    expect(await read('B-2')).toMatchObject({
      state: 'PENDING',
      next: 'query',
      attempt: 0,
      due_at: NOW,
      created_at: NOW,
      mode: 'check',
      expected_amount: 1280,
      shop_id: '福田店',
      statement: `${MCHID}/books.csv`,
      call: { out_order_no: 'B-2', paid_time: '20261124093000' },
    })
    expect(data?.entries).toMatchObject([
      { line: 2, class: 'pending', out_order_no: 'B-1' },
      { line: 3, class: 'pending', out_order_no: 'B-2', amount: 1280 },
    ])
    expect(handled).toMatchObject({
      log: { via: 'statement', mchid: MCHID, statement: 'books.csv', lines: 2, booked: 1, open: 2, malformed: 0 },
      metrics: { statement_lines: { value: 2 }, statement_malformed: { value: 0 }, statement_refused: { value: 0 } },
    })
  })

  it('may be given twice, in part and overlapping another: an order is booked once', async () => {
    const first = await emulated.report('one', csv('C-1,2026/11/24 9:00', 'C-2,2026/11/24 9:01'))
    const row = await read('C-2')

    const again = await emulated.report('one', csv('C-1,2026/11/24 9:00', 'C-2,2026/11/24 9:01'))
    const overlapping = await emulated.report('two', csv('C-2,2026/11/24 9:01', 'C-3,2026/11/24 9:02'))

    expect(again.json).toBe(first.json)
    expect(await read('C-2')).toEqual(row)
    expect(overlapping.data?.summary).toMatchObject({ lines: 2, booked: 1 })
  })

  it('is read on past a line that is malformed', async () => {
    const {
      data,
      handled,
      csv: report,
    } = await emulated.report('malformed', csv('坏,x', 'D-1,2026/11/24 9:00', '"D-2', 'D-3,2026/11/24 9:01'))

    expect(data?.entries.map((entry) => [entry.line, entry.class])).toEqual([
      [2, 'malformed'],
      [3, 'pending'],
      [4, 'malformed'],
      [5, 'pending'],
    ])
    expect(handled.metrics).toMatchObject({ statement_malformed: { value: 2 } })
    expect(report).toContain('2,格式错误,malformed,坏,')
  })

  it.each([
    ['gzip', 'csv.gz', gzipSync(csv('E-1,2026/11/24 9:00,,福田店'))],
    [
      'GB18030',
      'csv',
      Buffer.concat([
        Buffer.from('out_order_no,paid_time,amount,shop_id\nE-1,20261124090000,,'),
        Buffer.from([0xb8, 0xa3, 0xcc, 0xef, 0xb5, 0xea]),
      ]),
    ],
    ['UTF-16', 'csv', Buffer.from(`\ufeff${csv('E-1,2026/11/24 9:00,,福田店')}`.replaceAll(',', '\t'), 'utf16le')],
    ['JSON Lines', 'jsonl', Buffer.from('{"out_order_no":"E-1","paid_time":"20261124090000","shop_id":"福田店"}')],
  ])('may be %s', async (name, extension, bytes) => {
    const { data } = await emulated.report(name, bytes, extension)

    expect(data?.entries).toMatchObject([{ class: 'pending', out_order_no: 'E-1', shop_id: '福田店' }])
  })

  it('tells what the ledger has of its days and its shops, and it lacks', async () => {
    const of = (out_order_no: string, shop_id: string | undefined) => ({
      ...CLAIMED,
      state: 'SYNCED' as const,
      proved_at: WORD.sent_at,
      pk: `${MCHID}#${out_order_no}`,
      call: { ...CLAIMED.call, out_order_no, paid_time: '20261002100000' },
      day: `${MCHID}#20261002#2`,
      ...(shop_id && { shop_id }),
    })
    for (const row of [of('F-1', '福田店'), of('F-2', '南山店'), of('F-3', undefined)]) await emulated.table.put(row)

    const whole = await emulated.report('2026-10-02', csv('F-9,2026/10/02 9:00'))
    const partial = await emulated.report('shop 2026-10-02', csv('F-9,2026/10/02 9:00,,福田店'))

    expect(whole.data?.entries.slice(1).map((entry) => [entry.class, entry.out_order_no])).toEqual([
      ['ledger_only', 'F-1'],
      ['ledger_only', 'F-2'],
      ['ledger_only', 'F-3'],
    ])
    expect(whole.data?.summary).toMatchObject({ lines: 1, ledger_only: { lines: 3 }, days: ['20261002'] })
    expect(partial.data?.entries.slice(1).map((entry) => entry.out_order_no)).toEqual(['F-1', 'F-3'])
  })

  it.each([
    [
      'has no header',
      'csv',
      'A,B\n1,2\n',
      'no header was found: the first line must name the columns out_order_no and paid_time',
    ],
    [
      'is a damaged gzip file',
      'csv.gz',
      gzipSync(csv('G-1,2026/11/24 9:00')).subarray(0, 40),
      'the gzip file is damaged: upload it again',
    ],
    [
      'has another form than its name says, and no header',
      'csv.gz',
      'text',
      'no header was found: the first line must name the columns out_order_no and paid_time',
    ],
  ])('that %s is refused as a whole, with a report that says so', async (_, extension, body, reason) => {
    const { data, handled, html } = await emulated.report('refused', body, extension)

    expect(data).toMatchObject({ entries: [], summary: { lines: 0, refused: { en: reason } } })
    expect(html).toContain(`未处理:${IN_CHINESE[reason]}`)
    expect(html).toContain(`Not taken: ${reason}`)
    expect(handled.metrics).toMatchObject({ statement_refused: { value: 1 } })
    expect(await read('G-1')).toBeUndefined()
    expect(await read('G-2')).toBeUndefined()
  })

  it('of more bytes than are brought is refused as a whole', async () => {
    const objects = { ...emulated.deps.objects, fetch: async () => ({ ...FETCHED, size: 67_108_865 }) } // 64 MiB and one byte

    const { log } = await importStatement(`statements/${MCHID}/large.csv`, { ...emulated.deps, objects })

    expect(log.outcome).toBe('refused: the list has more than 200,000 lines: split it and upload the parts')
  })

  it('that was not brought whole is no damaged one: it is read again', async () => {
    const objects = { ...emulated.deps.objects, fetch: async () => ({ ...FETCHED, size: 9 }) }

    const read = importStatement(`statements/${MCHID}/lost.csv.gz`, { ...emulated.deps, objects })

    await expect(read).rejects.toMatchObject({ code: 'ENOENT' })
    expect(emulated.bucket.stored.has(`reports/${MCHID}/lost.csv.gz.html`)).toBe(false)
  })

  it.each([
    ['is not served', '1900000111', 'merchant 1900000111 is not served', '本服务未配置商户号 1900000111'],
    ['is closed', '1900000110', 'merchant 1900000110 is closed', '商户号 1900000110 已停用,不再接收订单'],
  ])('of a merchant who %s is refused', async (_, mchid, reason, chinese) => {
    emulated.bucket.put(`statements/${mchid}/x.csv`, csv('H-1,2026/11/24 9:00'))

    const { log } = await importStatement(`statements/${mchid}/x.csv`, emulated.deps)

    expect(log).toMatchObject({ outcome: `refused: ${reason}` })
    expect(emulated.bucket.stored.get(`reports/${mchid}/x.csv.html`)?.body.toString()).toContain(`未处理:${chinese}`)
  })

  it('is told of in the answer, the log and the metrics alike', async () => {
    const { handled } = await emulated.report('told', csv('T-1,2026/11/24 9:00', '坏,x'))

    expect(handled).toEqual({
      reply: { status: 200, body: handled.log },
      log: {
        via: 'statement',
        mchid: MCHID,
        statement: 'told.csv',
        outcome: 'reported',
        lines: 2,
        malformed: 1,
        booked: 1,
        needs_person: 1,
        open: 1,
        to_refund: 0,
        ledger_only: 0,
      },
      metrics: {
        statement_lines: { value: 2, unit: 'Count' },
        statement_malformed: { value: 1, unit: 'Count' },
        statement_refused: { value: 0, unit: 'Count' },
        statement_unaccounted: { value: 0, unit: 'Count' },
      },
    })
  })

  it('has its report stored as what it is, and a mark while it may change', async () => {
    await emulated.report('kinds', csv('T-2,2026/11/24 9:00'))

    expect(
      [...emulated.bucket.stored]
        .map(([key, { contentType }]) => [key, contentType])
        .filter(([key]) => key?.includes('kinds')),
    ).toEqual([
      [`statements/${MCHID}/kinds.csv`, 'application/octet-stream'],
      [`open/${MCHID}/kinds.csv`, 'text/plain'],
      [`reports/${MCHID}/kinds.csv.csv`, 'text/csv; charset=utf-8'],
      [`reports/${MCHID}/kinds.csv.html`, 'text/html; charset=utf-8'],
      [`reports/${MCHID}/kinds.csv.json`, 'application/json'],
    ])
  })

  it('that is final from the first has no mark', async () => {
    await emulated.report('final', csv('坏,x'))

    expect(emulated.bucket.stored.has(`open/${MCHID}/final.csv`)).toBe(false)
  })

  it.each(['statements/', `statements/${MCHID}/`, `statements/${MCHID}/2026/`])(
    'is not the empty object that a console makes for a folder, which rings no alarm: %s',
    async (key) => {
      emulated.bucket.put(key, '')

      expect(await importStatement(key, emulated.deps)).toEqual({
        log: { via: 'statement', outcome: 'folder' },
      })
      expect([...emulated.bucket.stored.keys()].filter((one) => one.startsWith('reports/'))).toEqual([])
    },
  )

  it('that is none, or has gone, leaves no report', async () => {
    const long = `statements/${'x'.repeat(300)}`
    expect(await importStatement(long, emulated.deps)).toMatchObject({ log: { key: long.slice(0, 256) } })
    expect(await importStatement('statements/readme.txt', emulated.deps)).toEqual({
      log: { via: 'statement', outcome: 'not a statement', key: 'statements/readme.txt' },
      metrics: { statement_refused: { value: 1, unit: 'Count' } },
    })
    expect(await importStatement(`statements/${MCHID}/gone.csv`, emulated.deps)).toMatchObject({
      log: { outcome: 'gone' },
    })
    expect(emulated.bucket.stored.has(`reports/${MCHID}/gone.csv.html`)).toBe(false)
  })

  it('leaves nothing in the scratch folder, whatever happens', async () => {
    emulated.bucket.put(`statements/${MCHID}/fails.csv`, csv('I-1,2026/11/24 9:00'))
    emulated.bucket.faults.add({ kind: 'fail', match: ({ operation }) => operation === 'PutObject', times: 9 })

    await expect(importStatement(`statements/${MCHID}/fails.csv`, emulated.deps)).rejects.toThrow(UnavailableError)
    emulated.bucket.faults.clear()

    expect(await readdir(emulated.scratch)).toEqual([])
    expect(await read('I-1')).toMatchObject({ state: 'PENDING' })
  })
})

describe('two lists that were put under one name before the first was read', () => {
  const KEY = `statements/${MCHID}/twice.csv`
  const FIRST = csv('坏,x', 'V-1,2026/11/24 9:00')
  const SECOND = csv('V-2,2026/11/24 9:30')
  const numbersOf = (file = 'twice') => emulated.files(file).data?.entries.map(({ out_order_no }) => out_order_no)
  const kept = (version: string) =>
    emulated.bucket.stored.get(`reports/${MCHID}/earlier/twice.csv.${version}.json`)?.body.toString() ?? ''

  it.each<[string, (versions: readonly string[]) => readonly (string | undefined)[]]>([
    ['in their order', ([first, second]) => [first, second]],
    ['the newer first', ([first, second]) => [second, first]],
    ['each twice', ([first, second]) => [second, first, second, first]],
  ])('are both booked, and the name’s report is the newer one’s: read %s', async (_, order) => {
    const versions = [emulated.bucket.put(KEY, FIRST), emulated.bucket.put(KEY, SECOND)]

    for (const version of order(versions)) await importStatement(KEY, emulated.deps, version)

    expect([await read('V-1'), await read('V-2')]).toMatchObject([{ state: 'PENDING' }, { state: 'PENDING' }])
    // What the first brought and the second lacks is beside it.
    expect(numbersOf()).toEqual(['V-2', 'V-1'])
    expect(emulated.files('twice').data?.entries.map((entry) => entry.class)).toEqual(['pending', 'ledger_only'])
  })

  it('have a report each: the first one’s lies apart, and says that it is the earlier', async () => {
    const first = emulated.bucket.put(KEY, FIRST)
    emulated.bucket.put(KEY, SECOND)

    const { log, metrics } = await importStatement(KEY, emulated.deps, first)

    expect(log).toMatchObject({ statement: 'twice.csv', earlier: first, lines: 2, malformed: 1, booked: 1 })
    expect(metrics).toMatchObject({ statement_malformed: { value: 1 } })
    expect(JSON.parse(kept(first))).toMatchObject({
      entries: [{ class: 'malformed' }, { class: 'pending', out_order_no: 'V-1' }],
      summary: { notes: [{ en: expect.stringMatching(/^a newer list was uploaded/), zh: expect.any(String) }] },
    })
    expect([...emulated.bucket.stored.keys()].filter((key) => key.startsWith('open/'))).toEqual([
      `open/${MCHID}/twice.csv`,
    ])
  })

  it('leave the newer one’s report, where the newer came while the first one’s was made', async () => {
    const first = emulated.bucket.put(KEY, FIRST)
    const put = emulated.deps.objects.putFile
    const objects = {
      ...emulated.deps.objects,
      putFile: async (...args: Parameters<typeof put>) => {
        if (!emulated.bucket.stored.has(`reports/${MCHID}/twice.csv.csv`)) {
          // Its own event is handled, and its report made, while the first is about to put its own.
          const second = emulated.bucket.put(KEY, SECOND)
          await importStatement(KEY, emulated.deps, second)
        }
        return put(...args)
      },
    }

    await importStatement(KEY, { ...emulated.deps, objects }, first)

    expect(numbersOf()).toEqual(['V-2', 'V-1'])
  })

  it('are renewed by the newest', async () => {
    const first = emulated.bucket.put(KEY, FIRST)
    const second = emulated.bucket.put(KEY, SECOND)
    await importStatement(KEY, emulated.deps, second)
    await importStatement(KEY, emulated.deps, first)

    await refreshReports(emulated.deps)

    expect(numbersOf()).toEqual(['V-2', 'V-1'])
  })

  it('are booked also where the object was taken away since, and the last has the report', async () => {
    const first = emulated.bucket.put(KEY, FIRST)
    await emulated.deps.objects.remove(KEY)

    await importStatement(KEY, emulated.deps, first)

    expect(await read('V-1')).toMatchObject({ state: 'PENDING' })
    expect(numbersOf()).toEqual(['坏', 'V-1'])
  })

  it('of which one is kept no more leave no report', async () => {
    emulated.bucket.put(KEY, SECOND)

    expect(await importStatement(KEY, emulated.deps, 'expired')).toMatchObject({ log: { outcome: 'gone' } })
    expect(numbersOf()).toBeUndefined()
  })
})

const MANY = Array.from({ length: 3000 }, (_, i) => [`M-${i}`, '2026/11/24 9:00'])

describe.skipIf(!existsSync('/proc/self/fd'))('no file is left open (needs /proc)', () => {
  it.each([
    ['is reported', csv('M-1,2026/11/24 9:00')],
    ['has no header', `A,B\n${'1,2\n'.repeat(100_000)}`],
    ['is not a list', Buffer.alloc(300_000)],
    ['is a workbook', xlsxOf({ rows: [['订单号', '付款时间'], ...MANY] })],
    ['is a workbook without a header', xlsxOf({ rows: MANY })],
    ['is a damaged workbook', xlsxOf({ rows: MANY }).subarray(0, 2000)],
    ['is a workbook whose sheet is no XML', xlsxOf({ rows: [], sheet: '<worksheet><row></worksheet>' })],
    ['is a damaged gzip file', gzipSync(csv('M-1,2026/11/24 9:00')).subarray(0, 40)],
  ])('when a statement %s', async (_, body) => {
    await emulated.report('files', body)

    await expect.poll(() => openFiles(emulated.deps.scratch)).toEqual([])
  })

  type Failing = { readonly when: string; readonly deps: () => Partial<StatementDeps>; readonly body?: Buffer }
  it.each<Failing>([
    { when: 'a report cannot be put', deps: () => ({ objects: { ...emulated.deps.objects, put: no } }) },
    { when: 'the ledger cannot be asked', deps: () => ({ reader: { ...emulated.deps.reader, readMany: no } }) },
    {
      when: 'the ledger cannot be asked about a workbook',
      deps: () => ({ reader: { ...emulated.deps.reader, readMany: no } }),
      body: xlsxOf({ rows: [['订单号', '付款时间'], ...MANY] }),
    },
  ])('when $when', async ({ deps, body }) => {
    emulated.bucket.put(`statements/${MCHID}/files.csv`, body ?? csv('M-2,2026/11/24 9:00'))

    const read = importStatement(`statements/${MCHID}/files.csv`, { ...emulated.deps, ...deps() })

    await expect(read).rejects.toThrow(UnavailableError)
    await expect.poll(() => openFiles(emulated.deps.scratch)).toEqual([])
  })
})

describe('the reports', () => {
  it('are renewed until nothing in them is open', async () => {
    await emulated.report('renewed', csv('J-1,2026/11/24 9:00'))
    const open = `open/${MCHID}/renewed.csv`
    const marked = emulated.bucket.stored.has(open)
    const row = await read('J-1')
    if (!row) throw new Error('not booked')
    const { due: _, due_at: __, next: ___, ...ended } = row
    await emulated.table.put({ ...ended, state: 'SYNCED', proved_at: WORD.sent_at })

    const { log } = await refreshReports(emulated.deps)

    expect([marked, emulated.bucket.stored.has(open)]).toEqual([true, false])
    expect(emulated.files('renewed').data?.summary.classes.synced_by_statement).toMatchObject({ lines: 1 })
    expect(log).toMatchObject({ via: 'renew', failed: 0, left: 0 })
  })

  it('are renewed for 40 days after their list came, and no longer', async () => {
    await emulated.report('old', csv('K-1,2026/11/24 9:00'))
    const made = () => emulated.bucket.stored.get(`reports/${MCHID}/old.csv.json`)?.version
    const marked = () => emulated.bucket.stored.has(`open/${MCHID}/old.csv`)
    const first = made()

    await refreshReports({ ...emulated.deps, now: () => NOW + 40 * DAY })
    const second = [made() === first, marked()]
    await refreshReports({ ...emulated.deps, now: () => NOW + 40 * DAY + 1 * MINUTE })
    const { log } = await refreshReports(emulated.deps)

    expect(second).toEqual([false, true])
    expect(marked()).toBe(false)
    expect(log).toMatchObject({ open: 0 })
  })

  it('are renewed no more when their list was taken away', async () => {
    await emulated.report('away', csv('K-2,2026/11/24 9:00'))
    await emulated.deps.objects.remove(`statements/${MCHID}/away.csv`)

    await refreshReports(emulated.deps)

    expect(emulated.bucket.stored.has(`open/${MCHID}/away.csv`)).toBe(false)
  })

  it('that fail are named, and hold up no other', async () => {
    await emulated.report('a', csv('L-1,2026/11/24 9:00'))
    await emulated.report('b', csv('L-2,2026/11/24 9:00'))
    emulated.bucket.faults.add({
      kind: 'fail',
      match: ({ operation, key }) => operation === 'GetObject' && key.endsWith('/a.csv'),
      times: 9,
    })

    const { log, metrics } = await refreshReports(emulated.deps)
    emulated.bucket.faults.clear()

    expect(log).toMatchObject({
      open: 2,
      renewed: 1,
      failed: 1,
      failures: [{ key: `open/${MCHID}/a.csv`, error: 'ERR_UNAVAILABLE' }],
    })
    expect(metrics).toMatchObject({ reports_failed: { value: 1, unit: 'Count' } })
    expect(log).toMatchObject({ left: 0 })
  })

  /** The keys that a run asks for, in its order, where each takes so long. */
  const renewedIn = async (from: number, each: number): Promise<readonly string[]> => {
    const asked: string[] = []
    let now = from
    const objects = {
      ...emulated.deps.objects,
      fetch: async (key: string, ...rest: [string, number, string | undefined]) => {
        asked.push(key.replace('statements/', ''))
        now += each
        return emulated.deps.objects.fetch(key, ...rest)
      },
    }
    await refreshReports({ ...emulated.deps, objects, now: () => now })
    return asked
  }

  it('of every merchant are renewed in turn: one with many open ones does not keep another waiting', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      emulated.bucket.put(`statements/${MCHID}/${name}`, csv('L-1,2026/11/24 9:00'))
      emulated.bucket.put(`open/${MCHID}/${name}`, 'open')
      emulated.clock.advance(1 * MINUTE)
    }
    emulated.bucket.put('statements/1900000111/z', csv('L-1,2026/11/24 9:00'))
    emulated.bucket.put('open/1900000111/z', 'open')

    expect(await renewedIn(NOW, 5 * MINUTE)).toEqual([`${MCHID}/a`, '1900000111/z'])
  })

  it('that wait longest are renewed first, also after one that failed or ended the run', async () => {
    for (const name of ['a', 'b', 'c']) {
      await emulated.report(name, csv('L-1,2026/11/24 9:00'))
      emulated.clock.advance(1 * MINUTE)
    }
    emulated.bucket.faults.add({
      kind: 'fail',
      match: ({ operation, key }) => operation === 'GetObject' && key.endsWith('/a.csv'),
      times: 99,
    })
    const run = async () => {
      const names = (await renewedIn(NOW, 9 * MINUTE)).map((key) => key.at(-5))
      emulated.clock.advance(1 * MINUTE)
      return names
    }

    const runs = [await run(), await run(), await run(), await run()]
    emulated.bucket.faults.clear()

    expect(runs).toEqual([['a'], ['b'], ['c'], ['a']])
  })

  it('that no run came to are counted, with the time that the longest has waited', async () => {
    await emulated.report('a', csv('L-1,2026/11/24 9:00'))
    emulated.clock.advance(1 * MINUTE)
    await emulated.report('b', csv('L-2,2026/11/24 9:00'))
    const marked = emulated.bucket.stored.get(`open/${MCHID}/b.csv`)?.modifiedAt ?? 0
    let now = marked + 3 * 60 * MINUTE - 15 * MINUTE
    const slow = { ...emulated.deps, now: () => (now += 5 * MINUTE) }

    const { metrics } = await refreshReports(slow)

    expect(metrics).toMatchObject({ reports_left: { value: 1 } })
    expect(metrics?.reports_waited?.value).toBeGreaterThanOrEqual(3 * 60 * MINUTE)
  })

  it('are none, and nothing fails', async () => {
    expect(await refreshReports(emulated.deps)).toEqual({
      reply: { status: 200, body: { open: 0, renewed: 0, failed: 0, left: 0 } },
      log: { via: 'renew', open: 0, renewed: 0, failed: 0, left: 0, failures: [] },
      metrics: {
        reports_failed: { value: 0, unit: 'Count' },
        reports_left: { value: 0, unit: 'Count' },
        reports_waited: { value: 0, unit: 'Milliseconds' },
      },
    })
  })

  it('are left for the next run when the time is over', async () => {
    await emulated.report('a', csv('L-1,2026/11/24 9:00'))
    await emulated.report('b', csv('L-2,2026/11/24 9:00'))
    let now = NOW
    const slow = { ...emulated.deps, now: () => (now += 5 * MINUTE) }

    const { reply, log } = await refreshReports(slow)

    expect(reply).toEqual({ status: 200, body: { open: 2, renewed: 1, failed: 0, left: 1 } })
    expect(log).toMatchObject({ via: 'renew', open: 2, renewed: 1, failed: 0, left: 1, failures: [] })
  })
})

describe('a merchant that has sent statements', () => {
  const look = (now: number, merchants = MERCHANTS) =>
    findOverdue({ merchants, objects: emulated.deps.objects, now: () => now })

  it('is named when none has come for a day', async () => {
    emulated.bucket.put(`statements/${MCHID}/x.csv`, 'x')

    expect(await look(NOW + DAY)).toMatchObject({ log: { overdue: [] } })
    const overdue = [{ mchid: MCHID, last: expect.stringMatching(/^2026-11-24T02:30:0/) }]
    expect(await look(NOW + DAY + MINUTE)).toEqual({
      reply: { status: 200, body: { overdue, count: 1 } },
      log: { via: 'overdue', overdue },
      metrics: { statements_overdue: { value: 1, unit: 'Count' } },
    })
  })

  it('is named as well where it is a provider', async () => {
    emulated.bucket.put(`statements/${PROVIDER}/x.csv`, 'x')

    expect(await look(NOW + 2 * DAY, PROVIDERS)).toMatchObject({ log: { overdue: [{ mchid: PROVIDER }] } })
  })

  it('is counted, and a hundred are named', async () => {
    for (let i = 0; i < 120; i += 1) emulated.bucket.put(`statements/${1_900_100_000 + i}/x.csv`, 'x')

    const { log, metrics } = await look(NOW + 2 * DAY, PROVIDERS)

    expect(log?.overdue).toHaveLength(100)
    expect(metrics).toEqual({ statements_overdue: { value: 120, unit: 'Count' } })
  })

  it('is not expected to, where there is but the folder that a console made', async () => {
    emulated.bucket.put(`statements/${MCHID}/`, '')

    expect(await look(NOW + 2 * DAY)).toMatchObject({ log: { overdue: [] } })
  })

  it.each([
    ['never has', '1900000119', false],
    ['is closed', MCHID, true],
  ])('is not expected to, when it %s', async (_, mchid, closed) => {
    emulated.bucket.put(`statements/${MCHID}/x.csv`, 'x')
    const merchants = servedBy({ [mchid]: { services: { '500001': 'wxd678efh567hg6787' }, closed } })

    expect(await look(NOW + 2 * DAY, merchants)).toMatchObject({
      log: { overdue: [] },
      metrics: { statements_overdue: { value: 0 } },
    })
  })
})

describe('a list that is read late', () => {
  it('is asked about first, line by line, though it states no sums: another stage may have sent the syncs', async () => {
    const key = emulated.upload('late', csv('L-1,2026/11/24 9:30'))

    await importStatement(key, { ...emulated.deps, now: () => NOW + 31 * MINUTE })

    expect(await read('L-1')).toMatchObject({ state: 'PENDING', next: 'query', mode: 'check' })
  })

  it('is synced unseen when it is read within half an hour', async () => {
    const key = emulated.upload('in-time', csv('L-2,2026/11/24 9:30'))

    await importStatement(key, { ...emulated.deps, now: () => NOW + 30 * MINUTE })

    expect(await read('L-2')).toMatchObject({ state: 'PENDING', next: 'sync' })
  })
})
