/** A measured check: what runs it, and which of its figures are the proof. */
export type Part = {
  readonly name: string
  /** Arguments for Node. */
  readonly command: readonly string[]
  /** Needs the bundles. */
  readonly built?: true
  /** Figures as the command names them, in the words of the table. */
  readonly figures: Readonly<Record<string, string>>
}

export const PARTS: readonly Part[] = [
  {
    name: 'faults',
    command: ['test/faults/main.ts'],
    figures: { faults: 'faults on the way of an order', 'shown able to fail': 'whose test fails without the guard' },
  },
  {
    name: 'storm',
    command: ['test/storm/storm.ts'],
    built: true,
    figures: {
      'orders of healthy merchants': 'orders in the storm',
      'faults injected': 'faults in the storm',
      'orders lost': 'orders lost',
      'extra syncs': 'extra syncs, at most one for each fault',
      'extra queries': 'extra queries, at most one for each fault',
      'calls that overlapped': 'calls for one order that overlapped',
      'double charges injected': 'double charges made',
      'double charges found': 'double charges found',
    },
  },
  {
    name: 'explore',
    command: ['test/explore/main.ts'],
    figures: {
      'explored states': 'states of the ledger explored',
      violations: 'violations among them',
      'designs that must fail, and do': 'near designs that must fail, and do',
    },
  },
  {
    name: 'fuzz',
    command: ['test/fuzz/main.ts'],
    figures: {
      inputs: 'notices, right and wrong',
      'bad inputs, all refused': 'bad inputs, all refused',
      'tampered answers, none believed': 'tampered answers, none believed',
    },
  },
  {
    name: 'leaks',
    command: ['test/leaks/main.ts'],
    built: true,
    figures: {
      'values looked for': 'secret and personal values looked for',
      'lines scanned': 'lines scanned for them',
      hits: 'leaks found',
      'leaks planted on purpose': 'leaks planted on purpose',
      'of them found': 'of those found',
    },
  },
  {
    name: 'mutation',
    command: ['test/mutation/main.ts'],
    figures: {
      mutants: 'mutants of the core',
      killed: 'noticed by a unit test',
      equivalent: 'equivalent, with the reason',
      survived: 'survived',
    },
  },
]
