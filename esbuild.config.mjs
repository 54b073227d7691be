// The one build: `npm run build`, the tests, the local world and the packager all use it.
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'

/** Bundles every function in functions/ to .build/NAME/index.mjs, self-contained. */
export const buildFunctions = () =>
  build({
    entryPoints: readdirSync(new URL('functions/', import.meta.url))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({ in: `functions/${file}`, out: `${basename(file, '.ts')}/index` })),
    outdir: '.build',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    // Some CommonJS dependencies call require() for built-ins; ESM has none.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
  })

if (import.meta.main ?? process.argv[1] === import.meta.filename) await buildFunctions()
