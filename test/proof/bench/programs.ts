import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { servedFiles } from '../../../lib/config/served-files.ts'
import { buildFunctions, bundling, leanBundling } from '../../../stack/build.mjs'
import { configFor } from '../../support/served-by.ts'
import { PINNED } from './pin.ts'
import type { Contestant } from './rounds.ts'
import { WORK } from './work.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Flags that Lambda's own runtime gives to Node. */
const FLAGS = ['--expose-gc', '--max-http-header-size=81920']
export const node = (program: string, file: string, flags: readonly string[] = []): readonly string[] => [
  ...PINNED,
  process.execPath,
  ...FLAGS,
  ...flags,
  at(`programs/${program}.mjs`),
  file,
]

/** A program that is told by `whole` how often it works, and by `steps` what to do next. */
export type Program = { readonly whole: readonly string[]; readonly steps: readonly string[] }

/** What one would write instead of this project, and what it may cost us at most beside it. */
export type Instead = Program & {
  readonly name: string
  readonly words: string
  readonly bytes: number
  /** What each sync asks the outside, and each process. */
  readonly asks: { readonly sync: Contestant['asks']; readonly process: Contestant['asks'] }
  readonly atMost: { readonly cold?: number; readonly warm?: number }
}

/** What `copyOurs` put there. */
export const oursIn = (folder: string): Program => nodeProgram(`${folder}/ours/index.mjs`)

const nodeProgram = (file: string): Program => ({ whole: node('whole', file), steps: node('steps', file) })

/** Everything that is measured, built here and now from the same source, outside of the project. */
export const buildPrograms = async () => {
  const folder = mkdtempSync(`${tmpdir()}/payscore-bench-`)
  await buildFunctions()
  copyOurs(folder)
  const define = leanBundling.define ?? {}
  const shared = { absWorkingDir: ROOT, outdir: folder, outExtension: { '.js': '.cjs' }, bundle: true, define } as const
  await build({ ...shared, platform: 'node', entryPoints: [{ in: 'functions/sync.ts', out: 'defaults' }] })
  const ownPrograms = (names: readonly string[]) =>
    names.map((name) => ({ in: `test/proof/bench/programs/${name}.ts`, out: name }))
  await build({ ...shared, ...leanBundling, entryPoints: ownPrograms(['floor', 'call']) })
  await build({ ...shared, ...bundling, entryPoints: ownPrograms(['reconcile']) })
  await build({
    bundle: true,
    platform: 'node',
    // Ours would make it strict, which the plugin does not bear.
    tsconfigRaw: {},
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    entryPoints: ['middy', 'powertools'].map((name) => at(`peers/${name}.mjs`)),
  })
  const goFunction = buildGo('go-function', `${folder}/go-function`)
  return {
    ours: oursIn(folder),
    defaults: nodeProgram(`${folder}/defaults.cjs`),
    floor: nodeProgram(`${folder}/floor.cjs`),
    call: nodeProgram(`${folder}/call.cjs`),
    reconcile: `${folder}/reconcile.cjs`,
    axiosPlugin: nodeProgram(at('peers/axios-plugin.mjs')),
    nodeV3: nodeProgram(at('peers/node-v3.mjs')),
    go: buildGo('wechatpay-go', `${folder}/wechatpay-go`),
    instead: [
      {
        ...nodeProgram(`${folder}/middy.cjs`),
        name: 'middy',
        words: 'middy and wechatpay-axios-plugin, without a ledger',
        bytes: sizeOf(`${folder}/middy.cjs`),
        asks: { sync: { call: 1 }, process: { secret: 1 } },
        atMost: { cold: 0.6, warm: 1 },
      },
      {
        ...nodeProgram(`${folder}/powertools.cjs`),
        name: 'powertools',
        words: 'the same with the idempotency of Powertools',
        bytes: sizeOf(`${folder}/powertools.cjs`),
        asks: { sync: { begin: 1, call: 1, complete: 1 }, process: { secret: 1 } },
        atMost: { cold: 0.5, warm: 0.6 },
      },
      ...(goFunction
        ? [
            {
              whole: [...PINNED, goFunction],
              steps: [...PINNED, goFunction],
              name: 'go-function',
              words: 'the official Go SDK as a function, without a ledger',
              bytes: sizeOf(goFunction),
              asks: { sync: { call: 1 }, process: { secret: 1 } },
              atMost: {},
            },
          ]
        : []),
    ] satisfies readonly Instead[],
    gzipBytes: sizeOf(`${folder}/ours/function.cjs`),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** Our packaged function, which serves the merchant of the bench; who that is lies in the folder as well. */
export const copyOurs = (folder: string): void => {
  cpSync(`${ROOT}.build/sync`, `${folder}/ours`, { recursive: true })
  const { config } = configFor({
    [WORK.mchid]: { sources: ['com.example.pos'], services: { [WORK.service_id]: WORK.appid } },
  })
  for (const [name, text] of Object.entries(servedFiles(config)))
    for (const beside of [folder, `${folder}/ours`]) writeFileSync(`${beside}/${name}`, text)
}

/** Undefined where Go is not installed. */
const buildGo = (peer: string, file: string): string | undefined => {
  if (spawnSync('go', ['version']).status !== 0) return undefined
  execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', file, '.'], { cwd: at(`peers/${peer}`) })
  return file
}

const sizeOf = (file: string): number => gzipSync(readFileSync(file), { level: 9 }).length
