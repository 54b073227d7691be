// The one build: `npm run build`, the tests, the local world and the packager all use it.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'

const names = readdirSync(new URL('functions/', import.meta.url)).map((file) => basename(file, '.ts'))

// An ESM import of node:http would load undici, at 30 to 60 ms of every cold start; a CommonJS require does not.
const entry = `const { createRequire } = process.getBuiltinModule('node:module')
export const { handler } = createRequire(import.meta.url)('./function.cjs')
`

/** Bundles each function to .build/NAME: the code as function.cjs, and index.mjs, whose export `handler` Lambda calls. */
export const buildFunctions = async () => {
  const result = await build({
    entryPoints: names.map((name) => ({ in: `functions/${name}.ts`, out: `${name}/function` })),
    absWorkingDir: import.meta.dirname,
    outdir: '.build',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    supported: { 'dynamic-import': false },
    minify: true,
    metafile: true,
    logLevel: 'warning',
  })
  for (const name of names) {
    mkdirSync(`${import.meta.dirname}/.build/${name}`, { recursive: true })
    writeFileSync(`${import.meta.dirname}/.build/${name}/index.mjs`, entry)
  }
  return result.metafile
}

if (process.argv[1] === import.meta.filename) await buildFunctions()
