import type { Row } from '../../../lib/ledger/row.ts'
import type { Transition } from '../../../lib/ledger/transitions/transition.ts'
import { NOW } from '../../support/orders.ts'
import { code } from '../tables.ts'
import { momentText } from './condition-text.ts'

/** One transition in one of its forms: made at NOW, and by another throw of the dice. */
export type Sample = { readonly made: Transition; readonly diced: Transition }

type Name = keyof Row

/** What every transition derives alike, and the page says once. */
const DERIVED: readonly Name[] = ['waits']
/** Those whose value says something; of the others, that they are set. */
const TOLD: readonly Name[] = [
  'state',
  'next',
  'due_at',
  'reason',
  'expires_at',
  'attempt',
  'created_at',
  'settled_at',
  'late_at',
  'absent_since',
  'cleared',
]

/** What a transition does to the row in all its forms, a line for each kind of change. */
export const effectLines = (samples: readonly Sample[]): readonly string[] => {
  const changes = [
    ['sets', namesIn(samples, 'set'), (name: Name) => withValues(samples, 'set', name)],
    ['sets what is not there yet:', namesIn(samples, 'keep'), (name: Name) => withValues(samples, 'keep', name)],
    ['adds one to', listedIn(samples, 'count'), code],
    ['removes', listedIn(samples, 'remove'), code],
  ] as const
  const lines = changes.flatMap(([does, found, inWords]) => {
    const always = found.filter(({ isAlways }) => isAlways).map(({ name }) => inWords(name))
    const sometimes = found.filter(({ isAlways }) => !isAlways).map(({ name }) => inWords(name))
    return [
      ...(always.length > 0 ? [`- ${does} ${always.join(', ')}`] : []),
      ...(sometimes.length > 0 ? [`- in some cases ${does} ${sometimes.join(', ')}`] : []),
    ]
  })
  return [...lines, ...alarmLine(samples), ...otherwiseLine(samples)]
}

type Found = { readonly name: Name; readonly isAlways: boolean }

const namesIn = (samples: readonly Sample[], part: 'set' | 'keep'): readonly Found[] =>
  counted(samples.map(({ made }) => Object.keys(made[part] ?? {}) as Name[])) // they are the keys of a row

const listedIn = (samples: readonly Sample[], part: 'count' | 'remove'): readonly Found[] =>
  counted(samples.map(({ made }) => made[part] ?? []))

const counted = (each: readonly (readonly Name[])[]): readonly Found[] =>
  [...new Set(each.flat())]
    .filter((name) => !DERIVED.includes(name))
    .map((name) => ({ name, isAlways: each.every((names) => names.includes(name)) }))

const withValues = (samples: readonly Sample[], part: 'set' | 'keep', name: Name): string => {
  if (!TOLD.includes(name)) return code(name)
  const values = samples.flatMap(({ made, diced }) => {
    const value = made[part]?.[name]
    if (value === undefined) return []
    return [value === diced[part]?.[name] ? valueText(name, value) : 'by the schedule']
  })
  return `${code(name)} = ${[...new Set(values)].join(' or ')}`
}

const valueText = (name: Name, value: unknown): string => {
  if (name === 'expires_at') return momentText(Number(value) * 1000)
  return typeof value === 'number' && value >= NOW ? momentText(value) : code(String(value))
}

const alarmLine = (samples: readonly Sample[]): readonly string[] => {
  const names = [...new Set(samples.flatMap(({ made }) => made.alarm ?? []))].map(code)
  const isAlways = samples.every(({ made }) => made.alarm)
  return names.length > 0 ? [`- ${isAlways ? '' : 'in some cases '}counts ${names.join(' or ')} for an alarm`] : []
}

const otherwiseLine = (samples: readonly Sample[]): readonly string[] => {
  const names = [...new Set(samples.flatMap(({ made }) => made.otherwise?.name ?? []))]
  return names.length > 0 ? [`- where the condition does not hold: ${names.map(linked).join(', ')}`] : []
}

/** A transition's name that leads to its section. */
export const linked = (name: string): string => `[${name}](#${name.replaceAll(' ', '-')})`
