import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readMerchantsConfig } from '../../../lib/config/merchants.ts'
import { openServed, servedFiles } from '../../../lib/config/served-files.ts'
import type { Json } from '../../../lib/json.ts'
import { lambdaEnvironment } from '../../../lib/local/lambda/environment.ts'
import { runWhole } from '../bench/child.ts'
import { startOutside } from '../bench/outside.ts'
import { node } from '../bench/programs.ts'
import { type Contestant, runRounds } from '../bench/rounds.ts'
import { ratios, spread } from '../bench/statistics.ts'
import { WORK } from '../bench/work.ts'
import { promised, type Verdict } from '../storm/scenario.ts'
import { merchantEntry, providerEntry, shopsOf } from './shops.ts'

const BUNDLE = fileURLToPath(new URL('../../../.build/sync/', import.meta.url))
const { mchid, service_id, appid } = WORK

/** Who is served, by the name of the contestant. All have one signer, so that each loads one secret. */
const SERVED: Readonly<Record<string, Json>> = {
  one: { merchants: { [mchid]: merchantEntry(service_id, appid) } },
  any: { providers: { [mchid]: providerEntry('any', service_id) } },
  listed: { providers: { [mchid]: providerEntry('listed', service_id) } },
}

/** How much more CPU than with one merchant an init may take. */
const MOST = { any: 1.05, listed: 1.15 }

/** The CPU of whole processes that load the built sync and end after its init, in turns. */
export const measureInit = async (shops: number, rounds: number): Promise<Verdict> => {
  const home = mkdtempSync(`${tmpdir()}/served-`)
  const outside = await startOutside()
  const env = { ...lambdaEnvironment('sync', 512, outside.env), BENCH_NOTICE: '{}' }
  const contestants: readonly Contestant[] = Object.entries(SERVED).map(([name, entries]) => {
    const folder = `${home}/${name}`
    cpSync(BUNDLE, folder, { recursive: true })
    writeServed(folder, entries, shops)
    return {
      name,
      asks: { secret: 1, read: 1 },
      measure: async () => ({ cpu: (await runWhole([...node('whole', `${folder}/index.mjs`), '0'], env)).cpuMs }),
    }
  })
  try {
    const measured = await runRounds(rounds, contestants, outside.counts)
    const cpu = (name: string) => measured.get(`${name} cpu`) ?? []
    const against = (name: string) => spread(ratios(cpu(name), cpu('one')))
    const lookup = measureLookup(`${home}/listed`, shops)
    return {
      promises: Object.entries(MOST).map(([name, most]) => {
        const { median } = against(name)
        return promised(`init of sync with ${WORDS[name]} takes at most ${most} times the CPU of one merchant`, [
          median <= most ? undefined : `${median.toFixed(3)} times`,
        ])
      }),
      figures: {
        'rounds of init': rounds,
        'ms of CPU for one merchant': spread(cpu('one')).median.toFixed(1),
        ...Object.fromEntries(
          Object.keys(MOST).map((name) => {
            const { median, q1, q3 } = against(name)
            return [`${WORDS[name]}: ratio`, `${median.toFixed(3)} (${q1.toFixed(3)} … ${q3.toFixed(3)})`]
          }),
        ),
        ...lookup,
      },
    }
  } finally {
    outside.close()
    rmSync(home, { recursive: true, force: true })
  }
}

const WORDS: Readonly<Record<string, string>> = { any: 'any sub-merchant', listed: 'a list of sub-merchants' }

const writeServed = (folder: string, entries: Json, shops: number): void => {
  const { config, problems } = readMerchantsConfig(entries, () => shopsOf(shops).join('\n'))
  if (problems.length > 0) throw new Error(problems.join('; '))
  for (const [file, text] of Object.entries(servedFiles(config))) writeFileSync(`${folder}/${file}`, text)
}

const LOOKUPS = 10_000

/** What looking a sub-merchant up takes: the first reads the list, and every second is of nobody. */
const measureLookup = (folder: string, shops: number) => {
  const served = openServed(folder)
  const first = 1_900_000_000
  const timed = (look: () => unknown): number => {
    const startedAt = performance.now()
    look()
    return performance.now() - startedAt
  }
  const firstMs = timed(() => served.get(String(first)))
  const wrong: string[] = []
  const allMs = timed(() => {
    for (let i = 0; i < LOOKUPS; i += 1) {
      const number = first + ((i * 7919) % (2 * shops))
      if ((served.get(String(number)) !== undefined) !== (number % 2 === 0)) wrong.push(String(number))
    }
  })
  if (wrong.length > 0) throw new Error(`looked up wrongly: ${wrong.slice(0, 10).join()}`)
  return {
    'ms of the first lookup, which reads the list': firstMs.toFixed(2),
    'us of each other lookup': ((1000 * allMs) / LOOKUPS).toFixed(2),
  }
}
