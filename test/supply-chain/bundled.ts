import type { Metafile } from 'esbuild'

/** Names of the packages of which something is in each output, by the function's name. */
export const packagesOf = ({ outputs }: Pick<Metafile, 'outputs'>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([path]) => path.endsWith('/function.cjs'))
      .map(([path, { inputs }]) => [path.split('/').at(-2) ?? '', namesIn(Object.keys(inputs))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

const namesIn = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))].sort()
