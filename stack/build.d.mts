import type { BuildOptions, Metafile } from 'esbuild'

export declare const AWAITED: ReadonlySet<string>
export declare const bundling: BuildOptions
export declare const leanBundling: BuildOptions
export declare const buildFunctions: () => Promise<Metafile>
export declare const bundleFunctions: (how: { readonly write: boolean }) => Promise<Metafile>
