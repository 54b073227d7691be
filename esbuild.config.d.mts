import type { BuildOptions, Metafile } from 'esbuild'

export declare const leanBundling: BuildOptions
export declare const buildFunctions: () => Promise<Metafile>
