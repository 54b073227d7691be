import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../../lib/statements/classify-line.ts'
import { reportPage } from '../../../lib/statements/report/page.ts'
import { share } from '../../../lib/statements/report/page-charts.ts'
import { unaccounted } from '../../../lib/statements/report/report.ts'
import { JSON_BEGIN, jsonEnd } from '../../../lib/statements/report/report-json.ts'
import { createTotals } from '../../../lib/statements/totals.ts'
import { NOW } from '../../support/orders.ts'

const ADVICE = {
  turn: 'accountant',
  en: { meaning: 'the customer paid twice', next: 'Refund it.' },
  zh: { meaning: '顾客付了两次', next: '请退款。' },
} as const

const PAID: Omit<Entry, 'class'> = {
  line: 2,
  out_order_no: 'A-1',
  paid_time: '20261124093000',
  amount: 123_450,
  shop_id: '福田店',
  needs_person: false,
  is_open: false,
}
/** Four minutes after it was paid. */
const SYNCED: Entry = { ...PAID, class: 'synced_before', state: 'SYNCED', synced_at: 1_795_484_040_000 }
const PENDING: Entry = { ...PAID, class: 'pending', out_order_no: 'A-2', since: NOW, is_open: true }
const HELD: Entry = { ...PAID, class: 'held', out_order_no: 'A-3', advice: ADVICE, needs_person: true, is_open: true }
const TWICE: Entry = {
  ...PAID,
  class: 'charged_twice',
  out_order_no: 'A-4',
  charged: 31_223,
  transaction_id: '4200000446202611247000000001',
  settled: false,
  cashier_id: 'C1',
  pos_ref: 'R-1',
  advice: ADVICE,
  needs_person: true,
  is_open: true,
}
const MALFORMED: Entry = {
  class: 'malformed',
  line: 9,
  out_order_no: '',
  problem: { en: 'out_order_no: is missing', zh: '商户服务订单号须为1至32位数字、字母或 _ - | *' },
  needs_person: true,
  is_open: false,
}

type More = { readonly lacked?: readonly Entry[]; readonly name?: string; readonly days?: readonly string[] }

const pageOf = (lines: readonly Entry[], { lacked = [], name = '2026-11-24', days = ['20261124'] }: More = {}) => {
  const tally = createTotals()
  for (const entry of lines) tally.addLine(entry, false)
  for (const entry of lacked) tally.addLedgerOnly(entry)
  return reportPage({ statement: { mchid: '1900000109', name }, made_at: NOW, days, tally: tally.result() })
}

/** What somebody reads of a part of the page, its blanks made one. */
const textOf = (page: string, part = /<main>.*<\/main>/s): string =>
  (part.exec(page)?.[0] ?? '')
    .replaceAll(/<title>.*?<\/title>/gs, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
const HEADER = /<header.*<\/header>/s
const section = (id: string) => new RegExp(`<section id="${id}">.*?</section>`, 's')

describe('the head of a report', () => {
  it('says first how many need a person, and what may have to be refunded', () => {
    const page = pageOf([SYNCED, PENDING, HELD, TWICE])

    expect(textOf(page, HEADER)).toBe(
      '2026-11-24 · 商户号 1900000109 2 笔需要处理,疑似重复支付 ¥312.23 ' +
        '2 of 4 lines need a person; ¥312.23 may have to be refunded ' +
        '2 需处理 for a person ¥312.23 待核对退款 to refund? 4 明细行数 lines 25% 已同步 1 行 synced ¥4,938.00 线下收款 at the till',
    )
    expect(page).toContain('<header class="person">')
  })

  it('speaks of no refund where there is none', () => {
    expect(textOf(pageOf([SYNCED, HELD]), HEADER)).toBe(
      '2026-11-24 · 商户号 1900000109 1 笔需要处理 1 of 2 lines need a person ' +
        '1 需处理 for a person 2 明细行数 lines 50% 已同步 1 行 synced ¥2,469.00 线下收款 at the till',
    )
  })

  it('says that nothing is to be done while lines are on their way', () => {
    const page = pageOf([SYNCED, PENDING, { ...HELD, needs_person: false }])

    expect(textOf(page, /<h1>.*<\/h1>\n<p.*?<\/p>/s)).toBe(
      '无需处理,1 笔自动同步中 Nothing to do; 1 of 3 lines are on their way',
    )
    expect(page).toContain('<header class="waiting">')
    expect(textOf(page, /<footer>.*<\/footer>/s)).toBe(
      '更新于 2026-11-24 10:30:00(北京时间);尚有 2 笔未了结,本报告会自动更新。全部明细见同名 CSV。 ' +
        'Made at 2026-11-24 10:30:00 (China). 2 orders are open, and this report is renewed until none is. Every line stands in the CSV of the same name.',
    )
  })

  it('says that all are done, and that the report is final', () => {
    const { amount: _, ...unsaid } = SYNCED
    const page = pageOf([
      unsaid,
      { ...unsaid, class: 'synced_by_statement' },
      { ...unsaid, class: 'paid_time_differs', ledger_paid_time: '20261124080000' },
    ])

    expect(textOf(page, HEADER)).toBe(
      '2026-11-24 · 商户号 1900000109 全部 3 笔无需处理 All 3 lines are done ' +
        '0 需处理 for a person 3 明细行数 lines 100% 已同步 3 行 synced',
    )
    expect(page).toContain('<header class="good">')
    expect(textOf(page, /<footer>.*<\/footer>/s)).toContain('已全部了结,不再更新。')
    expect(textOf(page, /<footer>.*<\/footer>/s)).toContain('Nothing is open; this report is final.')
  })

  it('names the days that the name of the list does not', () => {
    const header = textOf(pageOf([SYNCED], { name: 'shop 2026-11-24', days: ['20261124', '20261125'] }), HEADER)

    expect(header).toContain('shop 2026-11-24 · 商户号 1900000109 · 2026-11-25 ')
  })

  it('of an empty list says so', () => {
    expect(textOf(pageOf([]), /<h1>.*<\/h1>\n<p.*?<\/p>/s)).toBe('明细中没有收款 The list holds no payments')
    expect(pageOf([])).toContain('<header class="good">')
  })

  it('of a list that was refused says why, and nothing else', () => {
    const page = reportPage({
      statement: { mchid: '1900000109', name: 'x' },
      made_at: NOW,
      days: [],
      refused: { en: 'no header was found', zh: '未找到表头' },
      tally: createTotals().result(),
    })

    expect(textOf(page, HEADER)).toBe('x · 商户号 1900000109 未处理:未找到表头 Not taken: no header was found')
    expect(page).toContain('<header class="person">')
    expect(page).not.toContain('<section')
  })
})

describe('what needs a person', () => {
  it('stands under what it means and what to do, with whose turn it is', () => {
    const text = textOf(
      pageOf([SYNCED, TWICE, { ...TWICE, out_order_no: 'A-5', line: 3 }, MALFORMED]),
      section('person'),
    )

    expect(text).toBe(
      '需要处理 What needs a person 疑似重复支付 Charged twice 2 ' +
        '顾客付了两次 The customer paid twice 财务:请退款。 Accountant: Refund it. ' +
        'A-4 第 2 行 ¥1,234.50 收款 2026-11-24 09:30:00 · 福田店 · 收银员 C1 · 小票 R-1 待核对 ¥312.23 · 微信支付订单号 4200000446202611247000000001 ' +
        'A-5 第 3 行 ¥1,234.50 收款 2026-11-24 09:30:00 · 福田店 · 收银员 C1 · 小票 R-1 待核对 ¥312.23 · 微信支付订单号 4200000446202611247000000001 ' +
        '格式错误 Malformed 1 商户服务订单号须为1至32位数字、字母或 _ - | * out_order_no: is missing ' +
        '请更正后重新上传整份明细,已有的行不会重复。 Correct it and upload the list again: lines that are known already do no harm. (空) 第 9 行',
    )
  })

  it('is told apart where something else is to be done', () => {
    const other = {
      ...HELD,
      out_order_no: 'A-6',
      advice: {
        ...ADVICE,
        turn: 'shop',
        zh: { meaning: '不符', next: '请核对。' },
        en: { meaning: 'it differs', next: 'Compare.' },
      },
    } as const

    const text = textOf(pageOf([HELD, other, { ...HELD, out_order_no: 'A-7' }]), section('person'))

    expect(text.match(/A-\d|顾客付了两次|不符/g)).toEqual(['顾客付了两次', 'A-3', 'A-7', '不符', 'A-6'])
    expect(text).toContain('门店:请核对。 Shop: Compare.')
  })

  it('has no section of its own where there is nothing', () => {
    expect(pageOf([SYNCED, PENDING])).not.toContain('id="person"')
  })

  it('says how many more there are than it shows', () => {
    const text = textOf(pageOf(Array.from({ length: 103 }, () => HELD)), section('person'))

    expect(text).toContain('已暂停,待确认 Held 103')
    expect(text).toMatch(/… 其余 3 笔见 CSV。 The other 3 are in the CSV\.$/)
  })

  it('that is settled is told as settled', () => {
    const page = pageOf([{ ...TWICE, settled: true, needs_person: true }])

    expect(textOf(page, section('person'))).toContain('已处理 ¥312.23')
  })
})

describe('what needs nobody', () => {
  it('follows after the sums, with since when and what differs', () => {
    const differs: Entry = {
      ...SYNCED,
      class: 'paid_time_differs',
      out_order_no: 'A-8',
      ledger_paid_time: '20261124080000',
    }
    const repeated: Entry = { ...SYNCED, class: 'repeated', out_order_no: 'A-9' }
    const lacked: Entry = { ...SYNCED, class: 'ledger_only', out_order_no: 'A-0' }
    const { line: _, ...lackedLine } = lacked

    const text = textOf(pageOf([PENDING, differs, repeated], { lacked: [lackedLine] }))

    expect(text).toContain(
      '处理中 Pending 1 A-2 第 2 行 ¥1,234.50 收款 2026-11-24 09:30:00 · 福田店 · 自 2026-11-24 10:30:00 起',
    )
    expect(text).toContain(
      '收款时间不一致 Paid time differs 1 以首次通知的收款时间为准,无需处理;若时间明显不对,请核对是否输错订单号。 ' +
        'The first paid time stands. Where it is far off, compare the order number. ' +
        'A-8 第 2 行 ¥1,234.50 收款 2026-11-24 09:30:00,台账 2026-11-24 08:00:00 · 福田店',
    )
    expect(text).toContain(
      '明细内重复 Repeated in the list 1 同一订单号在前面的行已出现,只处理一次。 The order stands in an earlier line, and was taken once. A-9',
    )
    expect(text).toContain(
      '台账有、明细无 In the ledger, not in the list 1 系统收到过线下收款通知,但本明细没有这笔。请核对是否漏导,或通知的订单号有误。 ' +
        'A notice of an offline payment came, and the list does not have it. Was it left out, or was the number wrong? A-0 ¥1,234.50',
    )
    expect(text).toContain('另有 1 笔台账有、明细无。 1 more orders are in the ledger and not in the list.')
  })

  it('is folded where it is long', () => {
    const five = pageOf(Array.from({ length: 5 }, () => PENDING))
    const six = pageOf(Array.from({ length: 6 }, () => PENDING))

    expect(five).not.toContain('<details>')
    expect(six).toContain('<summary>展开 6 笔 <span lang="en">show 6</span></summary>')
    expect(pageOf(Array.from({ length: 6 }, () => HELD))).not.toContain('<details>')
  })
})

describe('the sums', () => {
  it('by class add up to the lines', () => {
    const text = textOf(pageOf([SYNCED, SYNCED, HELD, { ...SYNCED, class: 'repeated' }]), section('classes'))

    expect(text).toBe(
      '每一行的去向 What became of each line 分类 class 行数 lines 占比 share 需处理 person 金额(元) CNY ' +
        '已暂停,待确认 Held 1 25% 1 1,234.50 明细内重复 Repeated in the list 1 25% 0 0.00 此前已同步 Synced before 2 50% 0 2,469.00 ' +
        '合计 = 明细行数 all lines 4 1 3,703.50',
    )
  })

  it('by class have no column of money that nobody stated', () => {
    const { amount: _, ...unsaid } = SYNCED

    expect(textOf(pageOf([unsaid]), section('classes'))).toBe(
      '每一行的去向 What became of each line 分类 class 行数 lines 占比 share 需处理 person 此前已同步 Synced before 1 100% 0 合计 = 明细行数 all lines 1 0',
    )
  })

  it('by shop begin with the shop that has most to do, then the largest', () => {
    const { shop_id: _, ...nowhere } = SYNCED
    const other = { ...SYNCED, shop_id: '南山店' }
    const small = { ...SYNCED, shop_id: '宝安店', amount: 1 }

    const text = textOf(
      pageOf([
        small,
        SYNCED,
        other,
        { ...TWICE, shop_id: '南山店' },
        nowhere,
        nowhere,
        { ...PENDING, shop_id: '宝安店', amount: 2 },
      ]),
      section('shops'),
    )

    expect(text).toBe(
      '按门店 By shop 门店 shop 需处理 person 待退(元) to refund 金额(元) CNY 行数 lines 已同步 synced 处理中 pending ' +
        '南山店 1 312.23 2,469.00 2 1 0 (未填) none given 0 0.00 2,469.00 2 2 0 ' +
        '福田店 0 0.00 1,234.50 1 1 0 宝安店 0 0.00 0.03 2 1 1 ' +
        '合计 all 1 312.23 6,172.53 7 5 1',
    )
  })

  it('by shop are left out where no line names one, and put the smallest of many together', () => {
    const { shop_id: _, ...nowhere } = SYNCED
    const many = Array.from({ length: 202 }, (_, shop) => ({ ...SYNCED, shop_id: `shop ${shop}` }))

    expect(pageOf([nowhere])).not.toContain('id="shops"')
    expect(textOf(pageOf(many), section('shops'))).toMatch(
      /其他门店 other shops 0 2,469\.00 2 2 0 合计 all 0 249,369\.00 202 202 0$/,
    )
  })
})

describe('the marks', () => {
  const marked = (page: string, part: RegExp) =>
    [...(part.exec(page)?.[0] ?? '').matchAll(/<(?:td|div) class="(alert|zero)">(?:<b>)?([^<]*)/g)].map(([, ...both]) =>
      both.join(' '),
    )

  it('of an alert stand on what needs a person and what may be refunded, and of nothing on zeros', () => {
    const page = pageOf([TWICE, { ...SYNCED, shop_id: '南山店' }, { ...PENDING, shop_id: '宝安店' }])

    expect(marked(page, section('shops'))).toEqual([
      'alert 1',
      'alert 312.23',
      'zero 0',
      'zero 0',
      'zero 0.00',
      'zero 0',
      'zero 0',
      'zero 0.00',
    ])
    expect(marked(page, HEADER)).toEqual(['alert 1', 'alert ¥312.23'])
  })

  it('of an alert are not there where nobody is needed', () => {
    expect(marked(pageOf([SYNCED]), HEADER)).toEqual([])
  })

  it('tell what must be done from what goes on by itself', () => {
    expect(pageOf([HELD])).toContain('<div class="todo"><strong>顾客付了两次')
    expect(pageOf([{ ...HELD, needs_person: false }])).toContain('<div class="todo wait"><strong>顾客付了两次')
  })
})

it('a report runs no script and asks for nothing, by a policy that allows its own style alone', () => {
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(pageOf([SYNCED])) ?? []
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(pageOf([SYNCED])) ?? []
  const hash = createHash('sha256').update(style).digest('base64')

  expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`)
})

describe('the charts', () => {
  const svg = (label: string) => new RegExp(`<svg [^>]*aria-label="${label}.*?</svg>`, 's')
  const bars = (page: string, label: string) =>
    [
      ...(svg(label).exec(page)?.[0] ?? '').matchAll(
        /<rect class="f-(\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
      ),
    ].map(([, ...values]) => values.join(' '))

  it('show each class in its share, those that went well first', () => {
    expect(bars(pageOf([SYNCED, SYNCED, SYNCED, HELD]), '分类占比')).toEqual([
      'synced_before 0.00 0 750.00 26',
      'held 750.00 0 250.00 26',
    ])
  })

  it('stack the lines of an hour: synced, pending, for a person', () => {
    const page = pageOf([SYNCED, SYNCED, PENDING, HELD, { ...SYNCED, paid_time: '20261124110000' }])

    expect(bars(page, '按收款时间')).toEqual([
      'synced_before 257.0 81.0 36.0 59.0',
      'pending 257.0 51.5 36.0 29.5',
      'charged_twice 257.0 22.0 36.0 29.5',
      'synced_before 357.0 110.5 36.0 29.5',
    ])
    expect(textOf(page, svg('按收款时间'))).toBe('4时 5时 6时 7时 8时 9时 4 10时 11时')
    expect(page).toContain('<text x="275.0" y="158" text-anchor="middle">9时</text>')
    expect(page).toContain('<text class="value" x="275.0" y="16" text-anchor="middle">4</text>')
    expect(page).toContain('<title>9:00 4</title>')
  })

  const hoursOf = (...hours: readonly string[]) =>
    textOf(pageOf(hours.map((hour) => ({ ...SYNCED, paid_time: `20261124${hour}3000` }))), svg('按收款时间'))

  it.each([
    [['00'], '0时 1 1时 2时 3时 4时 5时 6时 7时'],
    [['23'], '16时 17时 18时 19时 20时 21时 22时 23时 1'],
    [['10', '10', '12'], '5时 6时 7时 8时 9时 10时 2 11时 12时'],
    [['08', '16', '16'], '8时 10时 12时 14时 16时 2'],
    [['00', '00', '23'], '0时 2 3时 6时 9时 12时 15时 18时 21时'],
  ])('show the hours in which something was paid, eight at least: %j', (hours, text) => {
    expect(hoursOf(...hours)).toBe(text)
  })

  it.each([
    [0, 5, '0%'],
    [0, 0, '0%'],
    [5, 5, '100%'],
    [1, 3, '33.3%'],
    [1, 1000, '0.1%'],
    [1, 1001, '<0.1%'],
    [999, 1000, '99.9%'],
    [1000, 1001, '>99.9%'],
  ])('say %i of %i as %s', (part, total, text) => {
    expect(share(part, total)).toBe(text)
  })

  it('show how long it took, in shares of what was synced', () => {
    const page = pageOf([SYNCED, SYNCED, { ...SYNCED, synced_at: 1_795_570_440_000 }, PENDING])

    expect(bars(page, '收款到同步')).toEqual([
      'synced_before 8.0 140.0 41.1 0.0',
      'synced_before 65.1 22.0 41.1 118.0',
      'synced_before 122.3 140.0 41.1 0.0',
      'synced_by_statement 179.4 140.0 41.1 0.0',
      'synced_by_statement 236.6 140.0 41.1 0.0',
      'synced_by_statement 293.7 140.0 41.1 0.0',
      'synced_by_statement 350.9 81.0 41.1 59.0',
    ])
    expect(
      [...(svg('收款到同步').exec(page)?.[0] ?? '').matchAll(/x="([\d.]+)" y="([\d.]+)" text-anchor/g)]
        .map(([, ...at]) => at.join(' '))
        .slice(0, 4),
    ).toEqual(['28.6 134.0', '28.6 158', '85.7 16.0', '85.7 158'])
    expect(textOf(page, svg('收款到同步'))).toBe('≤1分 66.7% ≤5分 ≤15分 ≤1小时 ≤6小时 ≤1天 33.3% &gt;1天')
  })
})

describe('lines that are not accounted for', () => {
  const pageWith = (lines: number) => {
    const tally = createTotals()
    tally.addLine(SYNCED, false)
    tally.addLine({ ...SYNCED, out_order_no: 'A-9' }, false)
    return {
      statement: { mchid: '1900000109', name: 'x.csv' },
      made_at: NOW,
      days: [],
      file: { lines, titles: 1, headers: 1, blank: 2, continued: 3 },
      tally: tally.result(),
    }
  }

  it.each([
    [10, 1, '文件行数比本报告计入的行数多 1 行:请勿以本报告为准,并联系技术人员'],
    [7, -2, '文件行数比本报告计入的行数少 2 行:请勿以本报告为准,并联系技术人员'],
  ])('are said on top: %i lines in the file', (lines, lost, zh) => {
    const report = pageWith(lines)

    expect(unaccounted(report)).toBe(lost)
    expect(textOf(reportPage(report), HEADER)).toContain(zh)
    expect(JSON.parse(`${JSON_BEGIN}${jsonEnd(report)}`).summary.file).toEqual({ ...report.file, unaccounted: lost })
  })

  it('are none where all are', () => {
    expect(unaccounted(pageWith(9))).toBe(0)
    expect(reportPage(pageWith(9))).not.toContain('class="note"')
  })
})

describe('a line that says something of its own', () => {
  const problem = { zh: '该订单号已在第 2 行出现', en: 'this order stands in line 2' }

  it('says it under the line, and the class says what holds for all of them', () => {
    const differs: Entry = { ...PAID, class: 'repeated_differs', problem, needs_person: true }

    expect(textOf(pageOf([SYNCED, differs]), section('person'))).toBe(
      '需要处理 What needs a person 重复且内容不一致 Repeated, and differs 1 ' +
        '同一订单号在明细中出现多次且内容不同:只登记第一行。 The order stands in the list more than once, and not alike: only the first line was booked. ' +
        'A-1 第 2 行 ¥1,234.50 收款 2026-11-24 09:30:00 · 福田店 该订单号已在第 2 行出现 this order stands in line 2',
    )
  })

  it('is told apart from what needs nobody, with its sum below zero', () => {
    const refund: Entry = {
      ...PAID,
      class: 'not_paid',
      amount: -1280,
      problem: { zh: '非收款:金额为负数', en: 'not a payment: the amount is below zero' },
    }

    expect(textOf(pageOf([SYNCED, refund]))).toContain('¥-12.80 收款 2026-11-24 09:30:00 · 福田店 非收款:金额为负数')
  })

  it('tells both sums where a notice told another', () => {
    const other: Entry = {
      ...PAID,
      class: 'amount_differs',
      ledger_amount: 9900,
      problem: { zh: '金额不一致', en: 'x' },
      needs_person: true,
    }

    expect(textOf(pageOf([other]), section('person'))).toContain(
      '¥1,234.50 收款 2026-11-24 09:30:00 · 福田店 · 此前通知金额 ¥99.00',
    )
  })
})
