import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { type Json, readTemplate, type Template } from '../../lib/local/stack/template.ts'
import Merchants from '../../stack/merchants-plugin.ts'

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
    'com.example.other': { principals: [], accounts: ['444455556666'], external_id: 'payscore-of-example' },
  },
}

/** A variable `${merchants:ADDRESS}` of serverless.yml, for the text of a merchants file. */
export const merchantsVariable = async (
  address: string,
  text: string,
  prefix = 'payscore/merchants',
): Promise<unknown> => {
  const folder = mkdtempSync(`${tmpdir()}/merchants-`)
  try {
    writeFileSync(`${folder}/merchants.json`, text)
    const { merchants } = new Merchants().configurationVariablesSources
    const params: Readonly<Record<string, string>> = {
      'param:merchants': `${folder}/merchants.json`,
      'param:secretsPrefix': prefix,
    }
    const { value } = await merchants.resolve({ address, resolveVariable: async (name) => params[name] ?? '' })
    return value
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The packaged stack with the doors of two tills. */
export const twoTills = (): Promise<Template> => packagedWith(TWO_TILLS)

/** The packaged stack as this merchants file makes it, but for the functions' own configuration. */
export const packagedWith = async (merchantsFile: object): Promise<Template> => {
  const template = readTemplate()
  const text = JSON.stringify(merchantsFile)
  const doors = (await merchantsVariable('callerPolicies', text)) as Template
  const source = await merchantsVariable('sources', text)
  const listening = ['PaidOfflineRule', 'Archive'].map((id) => {
    const { Type = '', Properties = {} } = template.Resources[id] ?? {}
    return [id, { Type, Properties: { ...Properties, EventPattern: { ...(Properties.EventPattern as Json), source } } }]
  })
  return {
    ...template,
    Resources: { ...without(template.Resources), ...Object.fromEntries(listening), ...doors.Resources },
    Outputs: { ...without(template.Outputs), ...doors.Outputs },
  }
}

/** The doors of the tills that it was packaged with are others. */
const without = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(entries).filter(([id]) => !id.startsWith('Till')))
