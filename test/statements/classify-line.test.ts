import { describe, expect, it } from 'vitest'
import { classifyLedgerOnly, classifyLine, classifyOther, classifyUndone } from '../../lib/statements/classify-line.ts'
import { CLAIMED, DAY, HELD, NOW, unleased } from '../support/orders.ts'
import { MCHID } from '../support/statement-deps.ts'
import { LAST_ERRORS, WORD } from '../support/verdicts.ts'
import { statementOf } from './parse/reading.ts'

const MARK = `${MCHID}/x.csv`

const payment = async (paid_time = '20261124102900') => {
  const [line] = await statementOf(`out_order_no,paid_time,shop_id\n1234323JKHDFE1243252,${paid_time},福田店\n`)
  if (line?.kind !== 'payment') throw new Error('no payment')
  return line
}
const LINE = await payment()
const paidBy = async (amount: string) => {
  const [line] = await statementOf(`out_order_no,paid_time,amount\n1234323JKHDFE1243252,20261124102900,${amount}\n`)
  if (line?.kind !== 'payment') throw new Error('no payment')
  return line
}

const SYNCED = { ...CLAIMED, state: 'SYNCED', taken_at: WORD.sent_at } as const
const { due: _, due_at: __, next: ___, ...ENDED } = unleased(SYNCED)
const PROVED = { ...ENDED, proved_at: WORD.sent_at }

describe('a line whose order', () => {
  it.each([
    ['is synced and proved', PROVED, 'synced_before', false, false],
    ['was brought by this statement', { ...PROVED, statement: MARK }, 'synced_by_statement', false, false],
    ['was brought by another statement', { ...PROVED, statement: `${MCHID}/y` }, 'synced_before', false, false],
    ['is synced and not proved yet', SYNCED, 'synced_before', false, true],
    ['could not be proved', { ...ENDED, reason: 'unproved' }, 'synced_before', true, true],
    ['is pending', CLAIMED, 'pending', false, true],
    ['is not completed', { ...CLAIMED, last_error: LAST_ERRORS.open }, 'pending', true, true],
    ['is held', HELD, 'held', true, true],
    ['is only observed', { ...HELD, reason: 'observe_only' }, 'held', false, true],
    [
      'was refused',
      { ...ENDED, state: 'REJECTED', reason: 'invalid', last_error: LAST_ERRORS.invalid },
      'rejected',
      true,
      true,
    ],
    ['was cancelled', { ...ENDED, state: 'REJECTED', reason: 'revoked' }, 'rejected', false, false],
    [
      'was charged twice',
      { ...ENDED, state: 'DOUBLE_CHARGED', amount: 3900, transaction_id: '42' },
      'charged_twice',
      true,
      true,
    ],
    ['is held and charged', { ...HELD, amount: 5000, transaction_id: '42' }, 'charged_twice', true, true],
    [
      'is only observed and charged',
      { ...HELD, reason: 'observe_only', amount: 5000, transaction_id: '42' },
      'charged_twice',
      true,
      true,
    ],
    [
      'was closed after it had been charged',
      { ...ENDED, state: 'REJECTED', reason: 'closed by hand: x', amount: 5000, transaction_id: '42' },
      'charged_twice',
      true,
      true,
    ],
    ['is synced and charged', { ...PROVED, amount: 5000, transaction_id: '42' }, 'charged_twice', true, true],
    [
      'was closed as not double',
      { ...ENDED, state: 'REJECTED', reason: 'closed by hand: x', transaction_id: '42', settled_at: NOW },
      'rejected',
      false,
      false,
    ],
    [
      'was charged twice and is settled',
      { ...ENDED, state: 'DOUBLE_CHARGED', settled_at: NOW },
      'charged_twice',
      false,
      false,
    ],
  ] as const)('%s', (_, row, name, needs_person, is_open) => {
    expect(classifyLine(LINE, row, MARK)).toMatchObject({ class: name, needs_person, is_open, shop_id: '福田店' })
  })

  it('was charged twice names the transaction and the sum to refund', () => {
    const row = { ...ENDED, state: 'DOUBLE_CHARGED', amount: 3900, transaction_id: '4200000446' } as const

    expect(classifyLine(LINE, row, MARK)).toMatchObject({
      charged: 3900,
      transaction_id: '4200000446',
      settled: false,
      advice: { turn: 'accountant' },
    })
  })

  it('is held and charged names the transaction and the sum to refund as well', () => {
    const row = { ...HELD, amount: 5000, transaction_id: '4200000446' } as const

    expect(classifyLine(LINE, row, MARK)).toMatchObject({
      charged: 5000,
      transaction_id: '4200000446',
      settled: false,
      advice: { turn: 'accountant' },
    })
  })

  it.each([
    ['20261124102000', false],
    ['20261124102500', false],
    ['20261124102501', true],
    ['20261124101500', false],
    ['20261124101459', true],
    ['20261124', false],
    ['20261123', true],
  ])('is of 10:20:00 in the ledger, and of %s in the list: differs %s', async (paid_time, differs) => {
    const row = { ...PROVED, call: { ...PROVED.call, paid_time: '20261124102000' } }

    const entry = classifyLine(await payment(paid_time), row, MARK)

    expect(entry.class).toBe(differs ? 'paid_time_differs' : 'synced_before')
    expect(entry.ledger_paid_time).toBe(differs ? '20261124102000' : undefined)
  })

  it('had its paid_time altered by a fast clock cannot differ', async () => {
    const line = await payment('20261120')

    expect(classifyLine(line, { ...PROVED, paid_time_clamped: true }, MARK).class).toBe('synced_before')
  })

  it('has a day alone in the ledger differs by the day alone', async () => {
    const row = { ...PROVED, call: { ...PROVED.call, paid_time: '20261124000000' } }

    expect(classifyLine(LINE, row, MARK).class).toBe('synced_before')
    expect(classifyLine(await payment('20261123102900'), row, MARK).class).toBe('paid_time_differs')
  })

  it('stood in an earlier line needs nobody twice', () => {
    const first = { line: 2, amount: undefined, paid_time: '20261124102900' }

    expect(classifyLine(LINE, HELD, MARK, first)).toMatchObject({ class: 'repeated', needs_person: false })
  })

  it.each([
    ['another time', { line: 2, amount: 1280, paid_time: '20261124102901' }, 'time', '收款时间'],
    ['another sum', { line: 2, amount: 1290, paid_time: '20261124102900' }, 'amount', '金额'],
    ['both', { line: 2, amount: 1290, paid_time: '20261123' }, 'time and amount', '收款时间和金额'],
  ])('stood in an earlier line with %s needs a person', async (_, first, en, zh) => {
    const line = await paidBy('1280')

    expect(classifyLine(line, PROVED, MARK, first)).toMatchObject({
      class: 'repeated_differs',
      needs_person: true,
      problem: {
        en: `this order stands in line 2 with another ${en}; that line stands, this one was not booked: compare both with their receipts`,
        zh: `该订单号已在第 2 行出现,但${zh}不同;以第 2 行为准,本行未登记,请核对两张小票`,
      },
    })
  })

  it.each([
    ['the same', { line: 2, amount: 1280, paid_time: '20261124102900' }],
    ['the same day, and no sum', { line: 2, amount: undefined, paid_time: '20261124' }],
  ])('stood in an earlier line with %s is only repeated', async (_, first) => {
    expect(classifyLine(await paidBy('1280'), PROVED, MARK, first).class).toBe('repeated')
  })

  it.each([
    ['SYNCED', PROVED, 'amount_differs'],
    ['PENDING', CLAIMED, 'amount_differs'],
    ['HELD', HELD, 'held'],
  ] as const)('has another sum in the ledger needs a person, and both are told: %s', async (_, row, name) => {
    const entry = classifyLine(await paidBy('1280'), { ...row, expected_amount: 1290 }, MARK)

    expect(entry).toMatchObject({ class: name, amount: 1280, ledger_amount: 1290, needs_person: true })
  })

  it.each([
    ['none', undefined],
    ['the same', 1280],
  ])('has %s in the ledger for a sum does not differ', async (_, expected_amount) => {
    const row = expected_amount === undefined ? PROVED : { ...PROVED, expected_amount }

    expect(classifyLine(await paidBy('1280'), row, MARK)).not.toHaveProperty('ledger_amount')
    expect(classifyLine(await paidBy('1280'), row, MARK).class).toBe('synced_before')
  })

  it('is pending says since when', () => {
    expect(classifyLine(LINE, { ...CLAIMED, created_at: NOW - DAY }, MARK)).toMatchObject({ since: NOW - DAY })
  })
})

describe('an entry', () => {
  const full = {
    ...PROVED,
    expected_amount: 3900,
    shop_id: '南山店',
    cashier_id: 'C1',
    pos_ref: 'R-1',
    proved_at: NOW - 1000,
  }
  const { advice, ...told } = classifyLedgerOnly(full)

  it('of an order that the list lacks tells all that the ledger knows of it', () => {
    expect(told).toStrictEqual({
      class: 'ledger_only',
      out_order_no: '1234323JKHDFE1243252',
      paid_time: '20261124102900',
      amount: 3900,
      shop_id: '南山店',
      cashier_id: 'C1',
      pos_ref: 'R-1',
      state: 'SYNCED',
      confirmed: true,
      since: 1_795_487_340_000,
      synced_at: 1_795_487_398_000,
      needs_person: false,
      is_open: false,
    })
    expect(advice?.turn).toBe('service')
  })

  it('leaves out what the ledger does not know', () => {
    const { advice: _, ...entry } = classifyLedgerOnly(CLAIMED)

    expect(entry).toStrictEqual({
      class: 'ledger_only',
      out_order_no: '1234323JKHDFE1243252',
      paid_time: '20261124102900',
      state: 'PENDING',
      confirmed: false,
      since: 1_795_487_340_000,
      needs_person: false,
      is_open: true,
    })
  })

  it('of an order that was found done, and not synced by us, was synced when that was found', () => {
    const { taken_at: _, ...unsynced } = full

    expect(classifyLedgerOnly(unsynced)).toMatchObject({ synced_at: 1_795_487_399_000, confirmed: true })
  })

  it('of an order closed with no signed answer has no time of its sync', () => {
    const { taken_at: _, proved_at: __, ...bare } = full

    expect(classifyLedgerOnly(bare)).toMatchObject({ confirmed: false })
    expect(classifyLedgerOnly(bare)).not.toHaveProperty('synced_at')
  })

  it('of an order that is not synced has no time of its sync, whatever was received', () => {
    const entry = classifyLedgerOnly({ ...full, state: 'HELD' })

    expect(entry).toMatchObject({ confirmed: false })
    expect(entry).not.toHaveProperty('synced_at')
    expect(entry).not.toHaveProperty('settled')
  })

  it('of a line takes its own sum and shop before those of the ledger', async () => {
    const [line] = await statementOf(
      'out_order_no,paid_time,amount,shop_id\n1234323JKHDFE1243252,20261124102900,1280,福田店\n',
    )
    if (line?.kind !== 'payment') throw new Error('no payment')

    expect(classifyLine(line, full, MARK)).toMatchObject({ amount: 1280, shop_id: '福田店', cashier_id: 'C1' })
    expect(classifyLine(LINE, full, MARK)).toMatchObject({ amount: 3900 })
    expect(classifyLine(LINE, PROVED, MARK)).not.toHaveProperty('amount')
  })

  it('of a line has no sum that nobody stated, nor a charge that nobody made', () => {
    const entry = classifyLine(LINE, PROVED, MARK)

    for (const name of ['amount', 'charged', 'transaction_id', 'settled', 'cashier_id', 'pos_ref', 'ledger_paid_time'])
      expect(entry).not.toHaveProperty(name)
  })
})

it('a malformed line needs a person, with its number, the reason and what could be read of it', () => {
  const problem = { en: 'wrong', zh: '错' }
  const kept = { amount: 1280, shop_id: '福田店', pos_ref: 'R-1' }

  expect(classifyOther({ kind: 'malformed', line: 7, text: 'x', problem, kept })).toEqual({
    class: 'malformed',
    line: 7,
    out_order_no: 'x',
    amount: 1280,
    shop_id: '福田店',
    pos_ref: 'R-1',
    problem,
    needs_person: true,
    is_open: false,
  })
})

it('a line that is no payment is told with its reason and needs nobody', () => {
  const problem = { en: 'not a payment', zh: '非收款' }

  expect(classifyOther({ kind: 'not_paid', line: 7, text: 'A-1', problem, kept: { amount: -1280 } })).toEqual({
    class: 'not_paid',
    line: 7,
    out_order_no: 'A-1',
    amount: -1280,
    problem,
    needs_person: false,
    is_open: false,
  })
})

it('a sum of the till needs a person where its lines come to another', () => {
  const sum = { kind: 'till_sum', line: 7, text: '合计 12.80', sum: { amount: 1280 } } as const

  expect(classifyOther(sum)).toEqual({
    class: 'till_sum',
    line: 7,
    out_order_no: '合计 12.80',
    amount: 1280,
    needs_person: false,
    is_open: false,
  })
  expect(classifyOther(sum, { en: 'differs', zh: '不符' })).toMatchObject({
    needs_person: true,
    problem: { zh: '不符' },
  })
})

it('a payment that goes back in the same list needs a person, who learns in which line', () => {
  expect(classifyUndone(LINE, 9)).toMatchObject({
    class: 'not_paid',
    line: 2,
    out_order_no: '1234323JKHDFE1243252',
    needs_person: true,
    problem: { zh: '本明细第 9 行为该订单的退款或撤销,因此未登记;如顾客确已付款,请另行发送线下收款通知' },
  })
})
