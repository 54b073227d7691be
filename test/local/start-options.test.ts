import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readKeptState } from '../../lib/local/kept-state.ts'
import { startLiveWorld } from '../../lib/local/live.ts'
import { readSamples } from '../../lib/local/samples.ts'
import { StartError } from '../../lib/local/start-error.ts'
import { readStartOptions } from '../../lib/local/start-options.ts'

const errorOf = async (action: () => unknown): Promise<StartError> => {
  try {
    await action()
  } catch (error) {
    if (error instanceof StartError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

it.each([
  [[], { do: 'stay up', port: 3000, samples: undefined }],
  [['--once'], { do: 'once', port: 3000, samples: undefined }],
  [['--fast', '--port', '3001'], { do: 'fast', port: 3001, samples: undefined }],
  [['--port=0', '--samples', 'mine'], { do: 'stay up', port: 0, samples: 'mine' }],
  [['--once', '--shops', '10000'], { do: 'once', port: 3000, samples: undefined, shops: 10_000 }],
  [['--merchant', 'm.json', '--live'], { do: 'live', port: 3000, samples: undefined, merchant: 'm.json' }],
  [['--live'], { do: 'explain live', port: 3000, samples: undefined }],
  [['--merchant', 'm.json'], { do: 'explain live', port: 3000, samples: undefined }],
  [['-h'], { do: 'help', port: 3000, samples: undefined }],
])('reads %j', (args, options) => {
  expect(readStartOptions(args)).toEqual(options)
})

it.each([
  [['--forever'], "Unknown option '--forever'; npm start -- --help shows all options"],
  [['now'], "Unexpected argument 'now'; npm start -- --help shows all options"],
  [['--port'], "Option '--port <value>' argument missing; npm start -- --help shows all options"],
  [['--port', 'abc'], '--port abc: a port is a whole number from 0 to 65535'],
  [['--port', '70000'], '--port 70000: a port is a whole number from 0 to 65535'],
  [['--port', '65536'], '--port 65536: a port is a whole number from 0 to 65535'],
  [['--port', '3000.5'], '--port 3000.5: a port is a whole number from 0 to 65535'],
  [['--port', '0x10'], '--port 0x10: a port is a whole number from 0 to 65535'],
  [['--port', '1e3'], '--port 1e3: a port is a whole number from 0 to 65535'],
  [['--port=-1'], '--port -1: a port is a whole number from 0 to 65535'],
  [['--port='], '--port : a port is a whole number from 0 to 65535'],
  [['--shops', '0'], '--shops 0: must be a whole number from 1 to 100000'],
  [['--shops', '100001'], '--shops 100001: must be a whole number from 1 to 100000'],
  [['--shops', 'many'], '--shops many: must be a whole number from 1 to 100000'],
  [['--shops', '3', '--merchant', 'm.json', '--live'], '--live and --shops do not go together'],
  [['--once', '--fast'], '--once and --fast do not go together'],
  [['--once', '--port', '3000'], '--once and --port do not go together'],
  [['--once', '--merchant', 'm.json', '--live'], '--once and --live do not go together'],
  [['--samples', 's', '--merchant', 'm.json', '--live'], '--live and --samples do not go together'],
])('says in both languages what is wrong with %j', async (args, sentence) => {
  const { text } = await errorOf(() => readStartOptions(args))

  expect(text.en).toBe(sentence)
  expect(text.zh).toMatch(/[\u4e00-\u9fff]/)
})

const folderWith = (name: string, content: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'options-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), content)
  return folder
}

it.each([
  ['a.txt', '{}', ' is no folder with samples (*.json), as lib/local/samples is'],
  [
    'a.json',
    '{',
    '/a.json is not a sample: JSON with title (en, zh), order, story and ends is wanted, as in lib/local/samples',
  ],
  [
    'a.json',
    '{"title":{"en":"a","zh":"b"}}',
    '/a.json is not a sample: JSON with title (en, zh), order, story and ends is wanted, as in lib/local/samples',
  ],
])('names the sample that is none: %s %s', async (name, content, sentence) => {
  const folder = folderWith(name, content)

  expect((await errorOf(() => readSamples(folder))).text.en).toBe(`${folder}${sentence}`)
  expect((await errorOf(() => readSamples(join(folder, name)))).text.en).toContain('is no folder with samples')
  expect((await errorOf(() => readSamples('nowhere'))).text.en).toMatch(/^nowhere is no folder/)
})

it.each(['', '{', '[]', 'null', '{"mchid":"1900000109"}', '{"mchid":"1900000109","services":{"S":"A"}}'])(
  'names the merchant’s file that is none: %s',
  async (content) => {
    const file = join(folderWith('m.json', content), 'm.json')

    expect((await errorOf(() => startLiveWorld(file, 0))).text.en).toMatch(
      /m\.json is not a merchant's file: npx payscore merchant put FOLDER --out FILE\.json writes one$/,
    )
  },
)

it('names the kept state that is damaged, and how to begin anew', async () => {
  const file = join(folderWith('ledger-world.json', '{"now":'), 'ledger-world.json')

  expect((await errorOf(() => readKeptState(file))).text.en).toBe(
    `${file} cannot be read: to begin anew, remove it together with the folder beside it`,
  )
})
