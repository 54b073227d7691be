import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { UnavailableError } from '../../lib/errors.ts'
import { type Image, keepAnswers } from '../../lib/evidence/keep-answers.ts'
import { packAnswer, type SignedAnswer } from '../../lib/ledger/packed-answer.ts'
import { PK } from '../support/orders.ts'
import { WORD } from '../support/verdicts.ts'

const ANSWER: SignedAnswer = { ...WORD, answers: 'query' }

const MARK = 'mark 1900000109#1234323JKHDFE1243252: 2026/11/24/1029-cbd163210c02db2d'

/** What a row of an order that has ended holds. */
const imageOf = (answer: SignedAnswer, more: Partial<Image> = {}): Image => ({
  pk: PK,
  answer: packAnswer(answer, PK),
  ...more,
})

/** A bucket and a table of marks, of which every call is kept in the order in which it came. */
const evidence = ({ fails = () => false }: { readonly fails?: (call: string) => boolean } = {}) => {
  const calls: string[] = []
  const objects = new Map<string, string>()
  const note = (call: string): void => {
    calls.push(call)
    if (fails(call)) throw new UnavailableError('out of order')
  }
  return {
    calls,
    objects,
    deps: {
      store: {
        putOnce: async (key: string, body: Uint8Array) => {
          note(`put ${key}`)
          if (objects.has(key)) return false
          objects.set(key, (key.endsWith('.gz') ? gunzipSync(body) : Buffer.from(body)).toString())
          return true
        },
      },
      marks: {
        kept: async ({ pk }: { readonly pk: string }, places: readonly string[]) => {
          note(`mark ${pk}: ${places.join(', ')}`)
          return true
        },
      },
      customerKey: async () => 'the key of customers',
    },
  }
}

describe('the signed answers of a batch', () => {
  it('are an object of lines of JSON, and one that says whose they are, before the row is marked', async () => {
    const { deps, objects, calls } = evidence()

    const { log, metrics } = await keepAnswers([imageOf(ANSWER)], deps)

    expect([...objects]).toEqual([
      [
        'answers/2026/11/24/1029-cbd163210c02db2d.jsonl.gz',
        `{"mchid":"1900000109","out_order_no":"1234323JKHDFE1243252","answers":"query","sent_at":"2026-11-24T02:29:58.000Z","status":200,"request_id":"08F0E6C7B40610FF0218EBC3C0D80620F9F50428E4C604-0","serial":"PUB_KEY_ID_0119000001092026110100000000000000","timestamp":"1795487399","nonce":"fdasflkja484w","signature":"c2lnbmF0dXJl","body":"{\\"openid\\":\\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\\",\\"state\\":\\"DONE\\"}","sha256":"f4eee8441e37c4b311e6e53be0a14c5a7207819f1d8ed795214544b3909b719f"}\n`,
      ],
      [
        'customers/2026/11/24/1029-cbd163210c02db2d.txt',
        'd2c6d93c77e7266d4f778bf8cc5e71d4d99bf0dbb17e6fcfdcf9b23177917ab5 1900000109 1234323JKHDFE1243252\n',
      ],
    ])
    expect(calls).toEqual([
      'put answers/2026/11/24/1029-cbd163210c02db2d.jsonl.gz',
      'put customers/2026/11/24/1029-cbd163210c02db2d.txt',
      MARK,
    ])
    expect(log).toEqual({ images: 1, answers: 1, objects: 2, rows: 1 })
    expect(metrics).toEqual({ answers_kept: { value: 1, unit: 'Count' } })
  })

  it('of two days in China are two objects', async () => {
    const { deps, objects } = evidence()
    const evening: SignedAnswer = { ...ANSWER, nonce: 'evening', sent_at: Date.parse('2026-11-24T15:59:59.999Z') }
    const morning: SignedAnswer = { ...ANSWER, nonce: 'morning', sent_at: Date.parse('2026-11-24T16:00:00.000Z') }

    await keepAnswers([imageOf(evening), imageOf(morning)], deps)

    expect([...objects.keys()].map((key) => key.split('-')[0]).sort()).toEqual([
      'answers/2026/11/24/2359',
      'answers/2026/11/25/0000',
      'customers/2026/11/24/2359',
      'customers/2026/11/25/0000',
    ])
  })

  it('that come twice in it are kept once', async () => {
    const { deps, objects } = evidence()

    const { log } = await keepAnswers([imageOf(ANSWER, { due: '1900000109#0' }), imageOf(ANSWER)], deps)

    expect(log).toMatchObject({ images: 2, answers: 1, rows: 1 })
    expect([...objects.values()].join('').match(/"answers":"query"/g)).toHaveLength(1)
  })

  it('are the same objects when it comes again', async () => {
    const { deps, objects } = evidence()
    await keepAnswers([imageOf(ANSWER)], deps)
    const before = new Map(objects)

    await keepAnswers([imageOf(ANSWER)], deps)

    expect(objects).toEqual(before)
  })

  it('stay in the row of an order that goes on, whose next answer takes their place', async () => {
    const { deps, objects, calls } = evidence()

    const { log } = await keepAnswers([imageOf(ANSWER, { due: '1900000109#0' })], deps)

    expect(objects.size).toBe(2)
    expect(calls.filter((call) => call.startsWith('mark'))).toEqual([])
    expect(log).toMatchObject({ answers: 1, rows: 0 })
  })

  it('leave a row of an earlier version also while its order goes on', async () => {
    const { deps, calls } = evidence()

    await keepAnswers([{ pk: PK, due: '1900000109#0', receipt: WORD, proof: { ...WORD, nonce: 'another' } }], deps)

    expect(calls.at(-1)).toMatch(/^mark /)
  })

  it.each(['put answers', 'put customers'])(
    'stay in the row while the bucket is down at "%s", and the batch is thrown back',
    async (down) => {
      const { deps, calls } = evidence({ fails: (call) => call.startsWith(down) })

      await expect(keepAnswers([imageOf(ANSWER)], deps)).rejects.toThrow(UnavailableError)

      expect(calls.filter((call) => call.startsWith('mark'))).toEqual([])
    },
  )

  it('leave the row with the next try, when the function was killed between the object and the row', async () => {
    let isKilled = true
    const { deps, objects, calls } = evidence({ fails: (call) => isKilled && call.startsWith('mark') })
    await expect(keepAnswers([imageOf(ANSWER)], deps)).rejects.toThrow(UnavailableError)
    const before = new Map(objects)
    isKilled = false

    const { log } = await keepAnswers([imageOf(ANSWER)], deps)

    expect(objects).toEqual(before)
    expect(calls.filter((call) => call.startsWith('mark'))).toEqual([MARK, MARK])
    expect(log).toMatchObject({ rows: 1 })
  })

  it('that cannot be read are named and counted, and the others are kept', async () => {
    const { deps, objects } = evidence()

    const { log, metrics } = await keepAnswers(
      [{ pk: '1900000109#DAMAGED', answer: Uint8Array.of(9, 9, 9) }, imageOf(ANSWER)],
      deps,
    )

    expect(objects.size).toBe(2)
    expect(log).toMatchObject({ answers: 1, unreadable: [{ pk: '1900000109#DAMAGED' }] })
    expect(metrics).toMatchObject({ answer_unreadable: { value: 1, unit: 'Count' } })
  })
})
