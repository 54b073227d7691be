// The only build: `npm run build`, the tests, the local world and the packager use it.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const names = readdirSync(new URL('../functions/', import.meta.url)).map((file) => basename(file, '.ts'))

/** The esbuild options for our code. The benchmark builds its candidates with the same options. */
export const bundling = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // ES modules of packages, so that esbuild can drop unused code.
  mainFields: ['module', 'main'],
  supported: { 'dynamic-import': false },
  minify: true,
  // What is read beside the code: lib/config/served-files.ts.
  define: { 'import.meta.dirname': '__dirname' },
  alias: { '@aws-sdk/credential-provider-node': './lib/aws/sdk/environment-credentials.ts' },
}

/** A POS or a person waits for these functions, so their cold start matters. */
export const AWAITED = new Set(['sync', 'query', 'status', 'decide'])

const LEAN = ['dynamodb', 'eventbridge', 'secrets-manager']

/** For functions that ask AWS for no more than lib/aws/sdk/lean-clients.ts has. */
export const leanBundling = {
  ...bundling,
  alias: Object.fromEntries(LEAN.map((name) => [`@aws-sdk/client-${name}`, './lib/aws/sdk/lean-clients.ts'])),
}

/** Bundles each function, to .build unless `write` is false. Gives esbuild's metafile. */
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
 * Makes .build/NAME for each function: the code as function.cjs, and index.mjs with the export `handler` that Lambda
 * calls. An ESM import of node:http would load undici, which costs 30 to 60 ms of every cold start; the require in
 * index.mjs does not.
 */
export const buildFunctions = async () => {
  const account = await bundleFunctions({ write: true })
  for (const name of names) {
    mkdirSync(`${ROOT}.build/${name}`, { recursive: true })
    copyFileSync(`${ROOT}lib/lambda/index.mjs`, `${ROOT}.build/${name}/index.mjs`)
  }
  return account
}

/** The osls plugin: builds before osls makes the zip files, and prints their sizes. */
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

// The packager names the S3 folder after the current time, and the template contains this name. We take the time of the
// commit and a hash of the content instead, in the format that the packager sorts by, so that the same source gives the
// same template.
const folderName = (zips) => {
  const hash = createHash('sha256')
  for (const { bytes } of zips) hash.update(bytes)
  const builtAt = new Date(commitSeconds() * 1000)
  return `${builtAt.getTime()}-${builtAt.toISOString()}-${hash.digest('hex').slice(0, 12)}`
}

/** The time of the commit; without a git repository, as in a downloaded archive, the current time. */
const commitSeconds = () => {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH)
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, stdio: 'pipe' }))
  } catch {
    return Math.floor(Date.now() / 1000)
  }
}

// No top-level await, since osls loads this file with require.
if (process.argv[1] === import.meta.filename) buildFunctions()
