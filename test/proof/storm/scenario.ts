/** A promise, and every case that broke it. */
export type Promised = { readonly promise: string; readonly broken: readonly string[] }

/** A promise is broken by every case of which something was found. */
export const promised = (promise: string, findings: readonly (string | undefined)[]): Promised => ({
  promise,
  broken: findings.filter((finding) => finding !== undefined),
})

export type Figures = Readonly<Record<string, number | string>>

export type Verdict = {
  readonly promises: readonly Promised[]
  readonly figures: Figures
  /** More figures, by their headings. */
  readonly details?: Readonly<Record<string, Figures>>
}

export type Say = (line: string) => void

/** Options with their defaults: a number, or whether a flag is set. */
type Options = Readonly<Record<string, number | boolean>>
type Given<Known> = { readonly [Name in keyof Known]: Known[Name] extends boolean ? boolean : number }

export type Scenario = {
  readonly options: Options
  /** Lets it happen, and judges it. */
  readonly play: (given: Options, say: Say) => Promise<Verdict>
}

export const createScenario = <Known extends Options>(
  options: Known,
  play: (given: Given<Known>, say: Say) => Promise<Verdict>,
): Scenario => ({ options, play: play as Scenario['play'] }) // main.ts gives it all of its own options

const MOST_FINDINGS = 10

/** A verdict as a table for people. */
export const table = ({ promises, figures, details = {} }: Verdict): string =>
  [
    '',
    ...linesOf(figures),
    ...Object.entries(details).flatMap(([heading, more]) => [heading, ...linesOf(more)]),
    '',
    ...promises.flatMap(({ promise, broken }) => [
      broken.length === 0 ? `kept   ${promise}` : `BROKEN ${promise}: ${broken.length}`,
      ...broken.slice(0, MOST_FINDINGS).map((finding) => `         ${finding}`),
    ]),
  ].join('\n')

const linesOf = (figures: Figures): readonly string[] =>
  Object.entries(figures).map(([label, figure]) => `  ${label.padEnd(44)} ${String(figure).padStart(10)}`)
