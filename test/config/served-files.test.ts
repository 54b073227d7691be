import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { readMerchantsConfig } from '../../lib/config/merchants.ts'
import { hasLine, openServed, servedFiles } from '../../lib/config/served-files.ts'

const CONFIG = {
  merchants: {
    '1900000117': { services: { '500002': ['wx2', 'wx3'] } },
    '1900000109': { services: { '500001': 'wx1' } },
  },
  providers: {
    '1800000001': {
      services: { '500003': '' },
      sub_merchants: ['1900000126', '19', '1900000125'],
      exceptions: { '19': { mode: 'observe' } },
    },
    '1800000002': { services: { '500004': '' }, order_api: 'acquiringbank', channel_id: '20', sub_merchants: 'any' },
  },
}

const written = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'served-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

it('gives a function the same merchants that packaging checked', () => {
  const { config, served } = readMerchantsConfig(CONFIG)

  const opened = openServed(written(servedFiles(config, { pos: ['role/pos'] })))

  const asked = ['1900000109', '1900000117', '19', '1900000125', '1900000126', '190', '1800000001', 'x']
  expect(asked.map(opened.get)).toEqual(asked.map(served.get))
  expect(new Set(opened.signers)).toEqual(new Set(served.signers))
  expect(opened.tills).toEqual({ pos: ['role/pos'] })
})

it('gives the same bytes whatever the order of the members and of the list', () => {
  const { merchants, providers } = CONFIG
  const turned = {
    merchants: Object.fromEntries(Object.entries(merchants).reverse()),
    providers: {
      ...providers,
      '1800000001': { ...providers['1800000001'], sub_merchants: ['1900000125', '1900000126', '19'] },
    },
  }

  expect(servedFiles(readMerchantsConfig(turned).config)).toEqual(servedFiles(readMerchantsConfig(CONFIG).config))
  expect(servedFiles(readMerchantsConfig(CONFIG).config)['sub-merchants-1800000001.txt']).toBe(
    '19\n1900000125\n1900000126\n',
  )
})

it('finds a line of a sorted list exactly when it is there', () => {
  const number = fc.stringMatching(/^[0-9]{1,6}$/)

  fc.assert(
    fc.property(fc.uniqueArray(number, { maxLength: 40 }), number, (numbers, other) => {
      const lines = Buffer.from(
        [...numbers]
          .sort()
          .map((one) => `${one}\n`)
          .join(''),
      )

      expect(numbers.every((one) => hasLine(lines, one))).toBe(true)
      expect(hasLine(lines, other)).toBe(numbers.includes(other))
    }),
  )
})

it('cannot be read where packaging wrote nothing', () => {
  expect(() => openServed(written({}))).toThrow('ENOENT')
})
