import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundling, leanBundling } from '../../stack/build.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

type Input = {
  readonly path: string
  readonly imports: readonly { readonly path: string; readonly original?: string }[]
}

const inputsOf = (metafile: Metafile | undefined): readonly Input[] =>
  Object.entries(metafile?.inputs ?? {}).map(([path, { imports }]) => ({ path, imports }))

let code = ''
let inputs: readonly Input[] = []
beforeAll(async () => {
  const { outputFiles = [], metafile } = await build({
    ...leanBundling,
    entryPoints: ['functions/sync.ts'],
    absWorkingDir: ROOT,
    outdir: '.build',
    metafile: true,
    write: false,
  })
  code = outputFiles[0]?.text ?? ''
  inputs = inputsOf(metafile)
})

describe('the bundle of sync', () => {
  it('holds our own clients in place of the SDK’s, of which only the form of rows is left', () => {
    const packages = inputs.flatMap(({ path }) => /node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[1] ?? [])

    expect(inputs.map(({ path }) => path)).toContain('lib/aws/sdk/lean-clients.ts')
    expect([...new Set(packages)].sort()).toEqual(['@aws-sdk/util-dynamodb', '@middy/core', '@middy/util', 'valibot'])
  })

  it('loads nothing by a native import, which would load undici with node:http', () => {
    expect(code).not.toMatch(/\bimport\(/)
  })

  it('reads no file and asks for no package at run time', () => {
    const required = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)

    expect(required.filter((name) => !name?.startsWith('node:'))).toEqual([])
    expect(required).not.toContain('node:fs/promises')
    expect(required).not.toContain('node:zlib')
  })

  it('weighs no more than 45 KiB, by gzip', () => {
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(46_080)
  })
})

it('awaits in its entry what its code exports as init', () => {
  const entry = readFileSync(`${ROOT}.build/sync/index.mjs`, 'utf8')

  expect(entry).toBe(
    "const { createRequire } = process.getBuiltinModule('node:module')\n" +
      "const { handler, init } = createRequire(import.meta.url)('./function.cjs')\n" +
      'await init?.()\n\n' +
      'export { handler }\n',
  )
})

it('takes the credentials from the environment wherever the SDK asks for its chain of providers', async () => {
  const { metafile } = await build({
    ...bundling,
    entryPoints: ['functions/reconcile.ts'],
    absWorkingDir: ROOT,
    outdir: '.build',
    metafile: true,
    write: false,
  })

  const asking = inputsOf(metafile).flatMap(({ path, imports }) =>
    imports
      .filter((one) => one.path === 'lib/aws/sdk/environment-credentials.ts' && one.original?.startsWith('.') === false)
      .map(({ original }) => [path, original]),
  )
  expect(asking.toSorted()).toEqual([
    ['node_modules/@aws-sdk/client-dynamodb/dist-es/runtimeConfig.js', '@aws-sdk/credential-provider-node'],
    ['node_modules/@aws-sdk/client-eventbridge/dist-es/runtimeConfig.js', '@aws-sdk/credential-provider-node'],
  ])
})
