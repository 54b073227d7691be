import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bundleFunctions } from '../../stack/build.mjs'
import { packagesOf } from './bundled.ts'
import { lockedPackages, wrongOrigins } from './lock-file.ts'
import { PACKAGES } from './packages.ts'
import { actionsIn, isPinned, usedActions } from './workflows.ts'

const LOCK_FILES = ['package-lock.json', 'test/proof/bench/package-lock.json']
const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))

it.each(LOCK_FILES)('every package of %s has a hash, and no address that others do not have', (file) => {
  const packages = lockedPackages(file)

  expect(packages.length).toBeGreaterThan(3)
  expect(wrongOrigins(packages)).toEqual([])
})

it('a package without a hash, or from elsewhere, is named', () => {
  const sound = { integrity: `sha512-${'A'.repeat(86)}==`, resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' }

  expect(wrongOrigins([['a', sound]])).toEqual([])
  expect(
    wrongOrigins([
      ['a', { resolved: sound.resolved }],
      ['b', { ...sound, resolved: 'https://registry.npmjs.org.example/b.tgz' }],
      ['c', { ...sound, integrity: 'sha1-AAAA' }],
    ]),
  ).toEqual(['a: has no SHA-512', 'b: comes from https://registry.npmjs.org.example/b.tgz', 'c: has no SHA-512'])
})

it('two packages may run a script when they are installed, and every other that has one is refused by name', () => {
  const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> }
  const withScript = lockedPackages('package-lock.json')
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/.*node_modules\//, ''))
  const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name])

  expect(allowed.sort()).toEqual(['esbuild', 'node'])
  expect([...new Set(withScript)].sort()).toEqual(Object.keys(allowScripts).sort())
})

it('what is in each function are the packages that are written down', async () => {
  const built = packagesOf(await bundleFunctions({ write: false }))
  const written = Object.fromEntries(Object.entries(PACKAGES).map(([name, packages]) => [name, [...packages].sort()]))

  expect(built).toEqual(written)
})

it('what runs in production is locked to one version of each package', () => {
  const bundled = new Set(Object.values(PACKAGES).flat())
  const versions = lockedPackages('package-lock.json')
    .map(([path, { version }]) => [path.replace(/.*node_modules\//, ''), version] as const)
    .filter(([name]) => bundled.has(name))

  expect([...bundled].filter((name) => !versions.some(([one]) => one === name))).toEqual([])
})

it('a bill of materials can be made, and names what is in the functions', () => {
  const file = new URL('../../.local/sbom.json', import.meta.url)

  execFileSync(process.execPath, [new URL('sbom.ts', import.meta.url).pathname])

  const { bomFormat, components } = JSON.parse(readFileSync(file, 'utf8'))
  const names = new Set(
    components.map(({ group, name }: { group?: string; name: string }) => (group ? `${group}/${name}` : name)),
  )
  expect(bomFormat).toBe('CycloneDX')
  expect([...new Set(Object.values(PACKAGES).flat())].filter((name) => !names.has(name))).toEqual([])
})

it('each action of the workflows is pinned to a commit', () => {
  const sample =
    'steps:\n  - uses: actions/checkout@v4\n  - name: x\n    uses: "a/b@0123456789012345678901234567890123456789" # v1\n'

  expect(actionsIn(sample).map(isPinned)).toEqual([false, true])
  expect(usedActions().filter((action) => !isPinned(action))).toEqual([])
  expect(usedActions().length > 0).toBe(existsSync(new URL('../../.github/workflows', import.meta.url)))
})
