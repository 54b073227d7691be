import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PARTS } from '../proof/parts.ts'
import { PROOFS } from '../proof/proofs.ts'
import { ROOT } from './markdown.ts'
import { proofPage } from './proof-page.ts'

const programs = Object.values(PROOFS).map(({ command: [program = ''] }) => program)

describe('test/proof/README.md', () => {
  it('is as the code has it: npm run documents', () => {
    expect(readFileSync(`${ROOT}test/proof/README.md`, 'utf8')).toBe(proofPage())
  })

  it('names programs that are there, and one in every folder of proofs', () => {
    const folders = readdirSync(`${ROOT}test/proof`, { withFileTypes: true }).filter((entry) => entry.isDirectory())

    expect(programs.filter((program) => !existsSync(`${ROOT}${program}`))).toEqual([])
    expect(folders.filter(({ name }) => !programs.some((program) => program.includes(`/${name}/`)))).toEqual([])
  })
})

it('every measured part is one of the proofs', () => {
  expect(PARTS.filter(({ name, proof = name }) => !Object.hasOwn(PROOFS, proof))).toEqual([])
})
