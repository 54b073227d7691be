import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { servedFiles } from '../../../lib/config/served-files.ts'
import { buildFunctions, leanBundling } from '../../../stack/build.mjs'
import { configFor } from '../../support/served-by.ts'
import { WORK } from './work.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Flags that Lambda's own runtime gives to Node. */
const FLAGS = ['--expose-gc', '--max-http-header-size=81920']
export const node = (program: string, file: string, flags: readonly string[] = []): readonly string[] => [
  process.execPath,
  ...FLAGS,
  ...flags,
  at(`programs/${program}.mjs`),
  file,
]

/** Everything that is measured, built here and now from the same source, outside of the project. */
export const buildPrograms = async () => {
  const folder = mkdtempSync(`${tmpdir()}/payscore-bench-`)
  await buildFunctions()
  cpSync(`${ROOT}.build/sync`, `${folder}/ours`, { recursive: true })
  const { config } = configFor({
    [WORK.mchid]: { sources: ['com.example.pos'], services: { [WORK.service_id]: WORK.appid } },
  })
  for (const [name, text] of Object.entries(servedFiles(config)))
    for (const beside of [folder, `${folder}/ours`]) writeFileSync(`${beside}/${name}`, text)
  const define = leanBundling.define ?? {}
  const shared = { absWorkingDir: ROOT, outdir: folder, outExtension: { '.js': '.cjs' }, bundle: true, define } as const
  await build({ ...shared, platform: 'node', entryPoints: [{ in: 'functions/sync.ts', out: 'defaults' }] })
  await build({
    ...shared,
    ...leanBundling,
    entryPoints: ['floor', 'call', 'reconcile'].map((name) => ({
      in: `test/proof/bench/programs/${name}.ts`,
      out: name,
    })),
  })
  return {
    ours: `${folder}/ours/index.mjs`,
    defaults: `${folder}/defaults.cjs`,
    floor: `${folder}/floor.cjs`,
    call: `${folder}/call.cjs`,
    reconcile: `${folder}/reconcile.cjs`,
    axiosPlugin: at('peers/axios-plugin.mjs'),
    nodeV3: at('peers/node-v3.mjs'),
    go: buildGo(`${folder}/wechatpay-go`),
    gzipBytes: gzipSync(readFileSync(`${folder}/ours/function.cjs`), { level: 9 }).length,
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** Undefined where Go is not installed. */
const buildGo = (file: string): string | undefined => {
  if (spawnSync('go', ['version']).status !== 0) return undefined
  execFileSync('go', ['build', '-o', file, '.'], { cwd: at('peers/wechatpay-go') })
  return file
}
