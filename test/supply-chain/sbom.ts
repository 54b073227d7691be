// Writes .local/sbom.json: every package that is installed, as CycloneDX.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const text = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], { cwd: ROOT, maxBuffer: 2 ** 28 })
mkdirSync(`${ROOT}.local`, { recursive: true })
writeFileSync(`${ROOT}.local/sbom.json`, text)
