import fc from 'fast-check'
import { NOW, type Notice } from '../wechatpay/samples.ts'
import { clock, date } from './arbitraries.ts'
import { digits, inNotice, notText, type Spoiler } from './spoiler.ts'

const setPaidTime = (notice: Notice, paid_time: unknown) => ({ ...notice, detail: { paid_time } })

/** Ends a date: a real time of the day, or none. */
const maybeClock = fc.option(clock, { nil: ['', '', ''] }).map((parts) => parts.join(''))

/** yyyyMMddHHmmss in China of a time that is `seconds` after the last one that is taken. */
const tooFarAhead = (seconds: number) =>
  new Date(NOW + (24 + 8) * 3_600_000 + seconds * 1000).toISOString().slice(0, 19).replace(/\D/g, '')

/** When it was paid. */
export const PAID_TIME_SPOILERS: readonly Spoiler[] = [
  inNotice('paid_time missing', 'detail.paid_time', fc.constantFrom({}, []), (notice, detail) => ({
    ...notice,
    detail,
  })),
  inNotice('paid_time not text', 'detail.paid_time', notText, setPaidTime),
  inNotice(
    'paid_time of another number of digits',
    'detail.paid_time',
    digits(0, 1, 6, 7, 9, 10, 12, 13, 15, 16, 20),
    setPaidTime,
  ),
  inNotice(
    'paid_time on no day of the calendar',
    'detail.paid_time',
    fc
      .tuple(
        fc.constantFrom('2021', '2022', '2023', '2025', '1900'),
        fc.constantFrom('0229', '0230', '0431', '0631', '0931', '1131', '0132', '1200', '0015', '1301', '9999'),
        maybeClock,
      )
      .map((parts) => parts.join('')),
    setPaidTime,
  ),
  inNotice(
    'paid_time at no time of the day',
    'detail.paid_time',
    fc
      .tuple(date, fc.constantFrom('240000', '250000', '990000', '106000', '109900', '103060', '103099', '235960'))
      .map(([day, hours]) => day.join('') + hours),
    setPaidTime,
  ),
  inNotice(
    'paid_time in the first hundred years',
    'detail.paid_time',
    fc
      .tuple(fc.integer({ min: 0, max: 99 }), date, maybeClock)
      .map(([year, [, month, day], hours]) => String(year).padStart(4, '0') + month + day + hours),
    setPaidTime,
  ),
  inNotice(
    'paid_time more than 24 hours ahead',
    'detail.paid_time',
    fc.integer({ min: 1, max: 1_000_000_000 }).map(tooFarAhead),
    setPaidTime,
  ),
  inNotice(
    'paid_time with a wrong offset',
    'detail.paid_time',
    fc
      .tuple(date, clock, fc.constantFrom('', '+24:00', '-99:00', '+08:60', '+0800', '+08', '+8:00', ' +08:00', 'CST'))
      .map(([day, hours, offset]) => `${day.join('-')}T${hours.join(':')}${offset}`),
    setPaidTime,
  ),
  inNotice(
    'paid_time in another format',
    'detail.paid_time',
    fc.oneof(
      fc.tuple(date, clock).map(([day, hours]) => `${day.join('/')} ${hours.join(':')}`),
      fc.tuple(date, clock).map(([day, hours]) => `${day.join('-')} ${hours.join(':')}+08:00`),
      date.map((day) => day.join('-')),
      fc.string({ unit: fc.constantFrom(...'yMdHms TZ-:+.') }),
    ),
    setPaidTime,
  ),
]
