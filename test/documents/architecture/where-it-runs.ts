import { readFileSync } from 'node:fs'
import { build, type Metafile } from 'esbuild'
import { bundleFunctions } from '../../../stack/build.mjs'
import { ROOT } from '../markdown.ts'

/** A program, and the files of ours in it. */
export type Program = { readonly name: string; readonly files: readonly string[] }

const isOurs = (file: string): boolean => /^(functions|lib|test)\//.test(file)

/** Each Lambda, by what esbuild puts into it. */
export const lambdas = async (): Promise<readonly Program[]> => {
  const { outputs } = await bundleFunctions({ write: false })
  return Object.entries(outputs).map(([path, { inputs }]) => ({
    name: path.split('/').at(-2) ?? path,
    files: Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
      bytesInOutput > 0 && isOurs(file) ? file : [],
    ),
  }))
}

/** A program that runs from its source. */
export const program = async (name: string, entry: string): Promise<Program> => {
  const { metafile }: { metafile: Metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
    outdir: '.build',
    logLevel: 'warning',
  })
  return { name, files: Object.keys(metafile.inputs).filter(isOurs) }
}

export const linesOf = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + readFileSync(`${ROOT}${file}`, 'utf8').split('\n').length - 1, 0)
