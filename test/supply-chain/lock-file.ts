import { readFileSync } from 'node:fs'

/** One package of a lock file, as far as it is looked at. */
export type Locked = {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly hasInstallScript?: boolean
}

/** Every package of a lock file but the project itself, by its path. */
export const lockedPackages = (file: string): readonly (readonly [path: string, locked: Locked])[] => {
  const { packages } = JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as {
    packages: Record<string, Locked>
  }
  return Object.entries(packages).filter(([path]) => path !== '')
}

const PUBLIC = 'https://registry.npmjs.org/'

/** What is wrong with where packages come from: no hash to check them by, or an address that others do not have. */
export const wrongOrigins = (packages: readonly (readonly [path: string, locked: Locked])[]): readonly string[] =>
  packages.flatMap(([path, { resolved, integrity = '' }]) => [
    ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) ? [] : [`${path}: has no SHA-512`]),
    ...(resolved === undefined || resolved.startsWith(PUBLIC) ? [] : [`${path}: comes from ${resolved}`]),
  ])
