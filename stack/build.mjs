// The one build: `npm run build`, the tests, the local world and the packager all use it.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const names = readdirSync(new URL('../functions/', import.meta.url)).map((file) => basename(file, '.ts'))

/** How our code becomes one file; the benchmark builds what it compares by the same. */
export const bundling = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // A package's ES modules come without what is not used of them.
  mainFields: ['module', 'main'],
  supported: { 'dynamic-import': false },
  minify: true,
  alias: { '@aws-sdk/credential-provider-node': './lib/aws/sdk/environment-credentials.ts' },
}

/** Somebody waits for these, so each cold start counts. */
export const AWAITED = new Set(['sync', 'query', 'status', 'decide'])

const LEFT_OUT = [
  '@aws-sdk/middleware-endpoint-discovery',
  '@aws-sdk/signature-v4-multi-region',
  '@smithy/core/event-streams',
  '@smithy/node-http-handler',
  '@smithy/signature-v4',
  'node:fs/promises',
]

/** For functions whose clients have all of functionSettings, and which read no files. */
export const leanBundling = {
  ...bundling,
  alias: { ...bundling.alias, ...Object.fromEntries(LEFT_OUT.map((name) => [name, './lib/aws/sdk/stubs.ts'])) },
  // The SDK's client reads nothing but the version of its own package.
  plugins: [
    {
      name: 'version-alone',
      setup: ({ onLoad }) =>
        onLoad({ filter: /@aws-sdk\/client-[a-z-]+\/package\.json$/ }, ({ path }) => {
          const { version } = JSON.parse(readFileSync(path, 'utf8'))
          return { contents: JSON.stringify({ version }), loader: 'json' }
        }),
    },
  ],
}

/** Bundles each function, to .build unless `write` is false. Gives esbuild's account of what went into them. */
export const bundleFunctions = async ({ write }) => {
  const bundle = (some, how) =>
    build({
      ...how,
      entryPoints: some.map((name) => ({ in: `functions/${name}.ts`, out: `${name}/function` })),
      absWorkingDir: ROOT,
      outdir: '.build',
      outExtension: { '.js': '.cjs' },
      metafile: true,
      logLevel: 'warning',
      write,
    })
  const results = await Promise.all([
    bundle(
      names.filter((name) => AWAITED.has(name)),
      leanBundling,
    ),
    bundle(
      names.filter((name) => !AWAITED.has(name)),
      bundling,
    ),
  ])
  return {
    inputs: Object.assign({}, ...results.map(({ metafile }) => metafile.inputs)),
    outputs: Object.assign({}, ...results.map(({ metafile }) => metafile.outputs)),
  }
}

/**
 * Makes .build/NAME for each: the code as function.cjs, and index.mjs, whose export `handler` Lambda calls. An ESM import
 * of node:http would load undici, at 30 to 60 ms of every cold start; the require in index.mjs does not.
 */
export const buildFunctions = async () => {
  const account = await bundleFunctions({ write: true })
  for (const name of names) {
    mkdirSync(`${ROOT}.build/${name}`, { recursive: true })
    copyFileSync(`${ROOT}lib/lambda/index.mjs`, `${ROOT}.build/${name}/index.mjs`)
  }
  return account
}

/** What osls loads as a plugin: it builds before it zips, and names the sizes. */
export default class Build {
  constructor(serverless) {
    const zips = () => names.map((name) => ({ name, bytes: readFileSync(`.serverless/${name}.zip`) }))
    this.hooks = {
      'before:package:createDeploymentArtifacts': buildFunctions,
      'before:deploy:function:packageFunction': buildFunctions,
      'after:package:createDeploymentArtifacts': () => {
        if (serverless.processedInput.commands[0] !== 'package') return
        const stage = serverless.getProvider('aws').getStage()
        serverless.service.package.artifactDirectoryName = `serverless/${serverless.service.service}/${stage}/${folderName(zips())}`
      },
      'after:package:finalize': () => {
        for (const { name, bytes } of zips())
          console.log(`${name}.zip`.padEnd(16), `${(bytes.length / 1024).toFixed(1)} KB`)
      },
    }
  }
}

// The packager names the folder in the bucket after the clock, and the template names the folder. Named after the
// commit and the content instead, in the form that the packager sorts by, the same source gives the same template.
const folderName = (zips) => {
  const hash = createHash('sha256')
  for (const { bytes } of zips) hash.update(bytes)
  const builtAt = new Date(commitSeconds() * 1000)
  return `${builtAt.getTime()}-${builtAt.toISOString()}-${hash.digest('hex').slice(0, 12)}`
}

/** Without a repository, as in a downloaded archive, it is the clock after all. */
const commitSeconds = () => {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH)
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, stdio: 'pipe' }))
  } catch {
    return Math.floor(Date.now() / 1000)
  }
}

// No top-level await: osls loads this file by require.
if (process.argv[1] === import.meta.filename) buildFunctions()
