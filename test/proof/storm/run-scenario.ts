import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { wholeNumber } from '../../support/whole-number.ts'
import { type Scenario, table } from './scenario.ts'

const say = (text: string) => process.stdout.write(`${text}\n`)

/** Runs the program of a scenario with the arguments of its command line. The exit code says whether a promise broke. */
export const runScenario = async (
  name: string,
  { options, play }: Scenario,
  args: readonly string[],
): Promise<void> => {
  const typeOf = (usual: number | boolean) => ({ type: typeof usual === 'boolean' ? 'boolean' : 'string' }) as const
  const known = Object.fromEntries(Object.entries(options).map(([option, usual]) => [option, typeOf(usual)]))
  const { values } = parseArgs({ args: [...args], options: { ...known, json: { type: 'string' } } })
  const texts: Readonly<Record<string, string | boolean | undefined>> = values
  const given = Object.fromEntries(
    Object.entries(options).map(([option, usual]) => {
      const value = texts[option] ?? usual
      return [option, typeof value === 'string' ? wholeNumber(`--${option}`, value, option === 'seed' ? 0 : 1) : value]
    }),
  )
  const chosen = Object.entries(given).filter(([option, value]) => option === 'seed' || value !== options[option])
  const again = chosen.map(([option, value]) => (value === true ? ` --${option}` : ` --${option} ${value}`)).join('')

  say(`${name}; to repeat it: npm run prove -- ${name}${again}`)
  const verdict = await play(given, say)
  say(table(verdict))
  if (values.json) writeFileSync(values.json, JSON.stringify(verdict.figures))
  if (verdict.promises.some(({ broken }) => broken.length > 0)) {
    say(`a promise broke; to repeat: npm run prove -- ${name}${again}`)
    process.exitCode = 1
  }
}
