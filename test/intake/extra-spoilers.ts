import fc from 'fast-check'
import { inNotice, type Spoiler, set } from './spoiler.ts'

const LABELS = ['shop_id', 'cashier_id', 'pos_ref'] as const

const notPrintable = fc.constantFrom(
  '\u0000',
  '\t',
  '\n',
  '\r',
  '\u007f',
  '\u0085',
  '\u200b',
  '\u200d',
  '\u2028',
  '\ufeff',
)

/** What a notice may carry beside its call, and may leave out. */
export const EXTRA_SPOILERS: readonly Spoiler[] = [
  inNotice(
    'amount not a number',
    'amount',
    fc.oneof(fc.constantFrom(null, true, '', '3900', '39.00', [3900], {}), fc.integer().map(String)),
    set('amount'),
  ),
  inNotice(
    'amount with part of a fen',
    'amount',
    fc.integer({ min: 1, max: 1_000_000 }).map((fen) => fen + 0.5),
    set('amount'),
  ),
  inNotice(
    'amount out of range',
    'amount',
    fc.oneof(fc.integer({ max: 0 }), fc.integer({ min: 10_000_000_001, max: Number.MAX_SAFE_INTEGER })),
    set('amount'),
  ),
  ...LABELS.map((name) =>
    inNotice(
      `${name} not printable, or of another length`,
      name,
      fc.oneof(
        fc.constant(''),
        fc.integer({ min: 65, max: 300 }).map((length) => 'x'.repeat(length)),
        fc.tuple(fc.constantFrom('', '\u5357\u5c71', 'A'), notPrintable).map((parts) => parts.join('')),
        fc.constantFrom(null, 1, true, [], {}),
      ),
      set(name),
    ),
  ),
]
