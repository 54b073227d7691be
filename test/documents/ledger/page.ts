import { LIMITS } from '../../../lib/limits.ts'
import { BROKEN_VARIANTS } from '../../proof/explore/broken-variants.ts'
import { type Guard, inWords } from '../../proof/explore/guards.ts'
import { REDUNDANT_GUARDS, REQUIRED_GUARDS } from '../../proof/explore/required-guards.ts'
import { NOW } from '../../support/orders.ts'
import { code, spanText, tableOf } from '../tables.ts'
import { clausesOf, clauseText } from './condition-text.ts'
import { effectLines, type Sample } from './effect-text.ts'
import { STATES, samplesAt } from './samples.ts'
import { stateDiagram } from './states.ts'
import { GROUPS, NOT_APPLIED, ONLY, OWN_EFFECTS, STATE_WORDS, UNEXPLORED } from './words.ts'

const diced = samplesAt({ now: NOW, random: 0.999 })

/** Every transition that the code makes, in all its forms. */
export const SAMPLES: readonly Sample[] = samplesAt({ now: NOW, random: 0 }).map((made, index) => ({
  made,
  diced: diced[index] ?? made,
}))

const NAMED = Map.groupBy(SAMPLES, ({ made }) => made.name)

/** It takes a row in whatever state it was read. */
const ANY_STATE = '20 reindex'

/** A clause in all forms of one transition. */
export type Clause = { readonly guard: Guard; readonly texts: readonly string[]; readonly isAlways: boolean }

export const clausesNamed = (name: string): readonly Clause[] => {
  const samples = NAMED.get(name) ?? []
  const asked = samples.flatMap(({ made }) =>
    clausesOf(made.when).map((clause) =>
      name === ANY_STATE && 'value' in clause && clause.name === 'state'
        ? { guard: `${name}: state =`, text: `${code('state =')} as read` }
        : { guard: `${name}: ${inWords(clause)}`, text: clauseText(clause) },
    ),
  )
  return [...Map.groupBy(asked, ({ guard }) => guard)].map(([guard, same]) => ({
    guard,
    texts: [...new Set(same.map(({ text }) => text))],
    isAlways: same.length === samples.length,
  }))
}

/** Why a clause is there: what the explorer found broken without it, or why it could be left out; '' when nobody said. */
export const reasonOf = (guard: Guard): string => {
  const failure = REQUIRED_GUARDS[guard]
  if (failure) return `${failure.broken} (*${failure.scenario.name}*)`
  if (UNEXPLORED[guard]) return `${UNEXPLORED[guard]} (not explored)`
  return REDUNDANT_GUARDS[guard] ? `nothing breaks: ${REDUNDANT_GUARDS[guard]}` : ''
}

const sectionOf = (name: string, used: string): string => {
  const rows = clausesNamed(name).map(({ guard, texts, isAlways }) => {
    const only = isAlways ? '' : `, ${ONLY[guard] ?? ''}`
    return [texts.join(' or ') + only, reasonOf(guard)]
  })
  return [
    `### ${name}`,
    used,
    tableOf(['applied when', 'without this clause'], rows),
    OWN_EFFECTS[name] ?? effectLines(NAMED.get(name) ?? []).join('\n'),
  ].join('\n\n')
}

/** docs/ledger.md, whole. */
export const ledgerPage = (): string =>
  `${[
    HEAD,
    '## States',
    tableOf(
      ['state', 'means'],
      STATES.map((state) => [code(state), STATE_WORDS[state]]),
    ),
    DIAGRAM_HEAD,
    `\`\`\`mermaid\n${stateDiagram(SAMPLES)}\n\`\`\``,
    '## The words of a row',
    WORDS,
    '## In the log',
    LOG,
    tableOf(
      ['`transition`', 'says'],
      Object.entries(NOT_APPLIED).map(([word, meaning]) => [code(word), meaning]),
    ),
    ...Object.entries(GROUPS).flatMap(([title, transitions]) => [
      `## ${title}`,
      ...(title === PERSONS ? [DECISIONS] : []),
      ...Object.entries(transitions).map(([name, used]) => sectionOf(name, used)),
    ]),
    '## Designs near to this one that fail',
    NEAR,
    tableOf(
      ['design', 'fails with'],
      BROKEN_VARIANTS.map(({ name, scenario }) => [name, scenario]),
    ),
  ].join('\n\n')}\n`

const HEAD = `# The ledger

<!-- Written from the code: npm run documents. Change the code, or the words below test/documents/ledger. -->

Every order is one row. A row changes only by a transition: one conditional write, applied whole when its condition holds, and else not at all. The transitions are data in [\`lib/ledger/transitions\`](../lib/ledger/transitions); this page is written from them. What a state asks of a person is in [the README](../README.md#the-way-of-an-order).

\`npm run prove -- explore\` walks every interleaving of these transitions, with faults at any moment, and finds nothing broken. It also leaves out one clause after the other. The tables below say what was broken then, and in which part of the world; or why nothing is broken without the clause as long as nothing else changes.`

const DIAGRAM_HEAD = `Every way in which a state changes, as far as the conditions allow it. From \`SYNCED\` a row goes back only when WeChat Pay takes its own word back; that rings an alarm. No arrow is drawn for what leaves the state as it is.`

const WORDS = `- \`attempt\`: claims so far. *As read* means that nobody has claimed the row since: the fence of every write that follows a claim.
- \`next\`, \`due\`, \`due_at\`: the step that is left to do, its key in the index that reconcile reads, and from when on. All three are there, or none.
- Lease: whoever claims a row has it for ${spanText(LIMITS.lease)}. Until \`leased_until\` nobody else may claim it, and nobody decides what its call could contradict. It is in no index, so that a claim costs no write to one; the recorded answer removes it, but for an answer that counts whoever got it.
- *By the schedule*: after half the order's age, between ${spanText(LIMITS.retryFirst)} and ${spanText(LIMITS.retryMost)}; when it is older than ${spanText(LIMITS.retrySlowAfter)}, after ${spanText(LIMITS.retrySlow)}; each time 20 % more or less, by chance.
- \`waits\`: the key in the index of rows that wait for a person. Every transition sets or removes it with what it changes, so it is left out below. So is in which part of the index of due rows \`due\` puts a row that only waits: behind all others of who signs. A row of a sub-merchant that WeChat Pay refuses alone waits there as well.
- \`receipt\`, \`proof\`: WeChat Pay's signed word to the sync, and to the query.

All others are in [\`lib/ledger/row.ts\`](../lib/ledger/row.ts).`

const LOG = `Each log line of \`sync\`, \`query\` and \`decide\` names as \`transition\` what was applied, by the headings below. Where nothing was applied, it says:`

const PERSONS = 'A person, or the shop'

const DECISIONS = `Each of these also writes down who decided what, when and why (\`decisions\`), and counts it (\`decided\`). \`decided\` must be as it was read, so that of two persons who decide at the same moment one is refused, and neither decision takes the other's place. 13 is applied without that for a notice that came again.`

const NEAR = `Each differs from the real design in one thing. The explorer must find a way to break it.`
