import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { leanBundling } from '../../stack/build.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

type Input = {
  readonly path: string
  readonly imports: readonly { readonly path: string; readonly original?: string }[]
}

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
  inputs = Object.entries(metafile?.inputs ?? {}).map(([path, { imports }]) => ({ path, imports }))
})

/** Who imports what is replaced by one of our files, by the name under which it asks for it. */
const askingFor = (file: string) =>
  inputs.flatMap(({ path, imports }) =>
    imports
      .filter((one) => one.path === file && one.original?.startsWith('.') === false)
      .map(({ original }) => ({ path, original })),
  )
const namesOf = (asking: readonly { readonly original?: string | undefined }[]) =>
  [...new Set(asking.map(({ original }) => original))].sort()

describe('the bundle of sync', () => {
  it('takes its credentials from the environment wherever the SDK asks for its chain of providers', () => {
    const asking = askingFor('lib/aws/sdk/environment-credentials.ts')

    expect(namesOf(asking)).toEqual(['@aws-sdk/credential-provider-node'])
    expect(asking.map(({ path }) => path).sort()).toEqual([
      'node_modules/@aws-sdk/client-dynamodb/dist-es/runtimeConfig.js',
      'node_modules/@aws-sdk/client-eventbridge/dist-es/runtimeConfig.js',
      'node_modules/@aws-sdk/client-secrets-manager/dist-es/runtimeConfig.js',
    ])
  })

  it('leaves out what the settings of its clients replace, and only the SDK asks for that', () => {
    const asking = askingFor('lib/aws/sdk/stubs.ts')

    expect(namesOf(asking)).toEqual([
      '@aws-sdk/middleware-endpoint-discovery',
      '@aws-sdk/signature-v4-multi-region',
      '@smithy/core/event-streams',
      '@smithy/node-http-handler',
      '@smithy/signature-v4',
      'node:fs/promises',
    ])
    expect(asking.filter(({ path }) => !/^node_modules\/@(aws-sdk|smithy)\//.test(path))).toEqual([])
  })

  it('holds no provider of credentials, no other client and no second copy of a package', () => {
    const unwanted = inputs.filter(({ path }) =>
      /credential-provider|nested-clients|token-providers|event-streams\/|node_modules\/.*node_modules\//.test(path),
    )

    expect(unwanted).toEqual([])
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

  it('weighs no more than 90 KiB, by gzip', () => {
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(92_160)
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
