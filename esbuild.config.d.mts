import type { BuildOptions, Metafile } from 'esbuild'

export declare const bundling: BuildOptions
export declare const buildFunctions: () => Promise<Metafile>
