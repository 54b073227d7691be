import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import Merchants from '../../serverless.merchants.ts'
import { readTemplate, type Template } from './template.ts'

const services = { '2002000000000558128851361561536': 'wxd678efh567hg6787' }

/** Two retail systems: one of this account, and one of another account that has a shop in common with nobody. */
const TWO_TILLS = {
  merchants: {
    '1900000109': { sources: ['com.example.pos'], services },
    '1900000111': { sources: ['com.example.pos'], services },
    '1900000110': { sources: ['com.example.other'], services },
  },
  tills: {
    'com.example.pos': { principals: ['role/pos', 'user/pos-in-shop'], accounts: [] },
    'com.example.other': { principals: [], accounts: ['444455556666'] },
  },
}

/** A variable `${merchants:ADDRESS}` of serverless.yml, for the text of a merchants file. */
export const merchantsVariable = async (address: string, text: string): Promise<unknown> => {
  const folder = mkdtempSync(`${tmpdir()}/merchants-`)
  try {
    writeFileSync(`${folder}/merchants.json`, text)
    const { merchants } = new Merchants().configurationVariablesSources
    const params: Readonly<Record<string, string>> = {
      'param:merchants': `${folder}/merchants.json`,
      'param:secretsPrefix': 'payscore/merchants',
    }
    const { value } = await merchants.resolve({ address, resolveVariable: async (name) => params[name] ?? '' })
    return value
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The packaged stack with the doors of two tills. */
export const twoTills = async (): Promise<Template> => {
  const template = readTemplate()
  const doors = (await merchantsVariable('doors', JSON.stringify(TWO_TILLS))) as Template
  const rest = Object.entries(template.Resources).filter(([id]) => !id.startsWith('Till'))
  return { Resources: { ...Object.fromEntries(rest), ...doors.Resources }, Outputs: doors.Outputs }
}
