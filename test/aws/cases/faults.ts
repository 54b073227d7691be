import { inspect } from 'node:util'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, it } from 'vitest'
import { createLedger, type Ledger } from '../../../lib/aws/ledger.ts'
import { UnavailableError } from '../../../lib/errors.ts'
import { create } from '../../../lib/ledger/transitions/notice.ts'
import { type CannedAnswer, startCannedAws } from '../../support/canned-aws.ts'
import { startDynalite } from '../../support/dynalite.ts'
import { serveRaw } from '../../support/loopback.ts'
import { NOW, ORDER, PK } from '../../support/orders.ts'

const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
const ROW = `{"pk":{"S":"${PK}"},"receipt":{"M":{"body":{"S":"${OPENID}"}}}}`

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  )

const PARTY = '1900000109#party#serviceorder#1900000109#500001#wxd678efh567hg6787#'

const METHODS = [
  ['read', (ledger: Ledger) => ledger.read(PK)],
  ['apply', (ledger: Ledger) => ledger.apply(create(ORDER, NOW))],
  ['count', (ledger: Ledger) => ledger.count('1900000109#hour#498746', 1_795_492_800)],
  ['meet', (ledger: Ledger) => ledger.recordKnownParty(PARTY, 1_830_047_400)],
  ['miss', (ledger: Ledger) => ledger.recordAbsentOrder(PARTY, ORDER.out_order_no, 1_830_047_400)],
  [
    'refused',
    (ledger: Ledger) => ledger.recordRefusedSubMerchant('1900000200#refused#20261124', '1900000201', 1_830_047_400),
  ],
  ['due', (ledger: Ledger) => ledger.due('1900000109#0', NOW, 10)],
] as const

/** What the ledger does when DynamoDB fails it, by any client. */
export const describeFaults = (name: string, connect: (endpoint: string) => DynamoDBClient): void => {
  describe(`the ledger by ${name}`, () => {
    const closing: (() => unknown)[] = []

    afterEach(async () => {
      for (const close of closing.splice(0)) await close()
    })

    const ledgerAt = (endpoint: string): Ledger => {
      const client = connect(endpoint)
      closing.push(() => client.destroy())
      return createLedger(client, 'ledger')
    }

    const canned = async (answer: CannedAnswer) => {
      const aws = await startCannedAws(answer)
      closing.push(aws.close)
      return aws
    }

    describe.each(METHODS)('%s', (_, ask) => {
      it.each([
        [
          'a refusal that quotes a row',
          { status: 400, body: `{"__type":"ValidationException","message":"bad item","Item":${ROW}}` },
          'the ledger says ValidationException',
        ],
        [
          'a refused permission',
          { status: 400, body: '{"__type":"AccessDeniedException","message":"arn:aws:iam::123456789012:role/sync"}' },
          'the ledger says AccessDeniedException',
        ],
        ['a row cut short', { status: 200, body: `{"Item":${ROW.slice(0, -1)}` }, 'the ledger says SyntaxError'],
        ['a failure of DynamoDB', { status: 500, body: ROW }, 'the ledger says'],
      ])('throws UnavailableError, and no word of a row, for %s', async (_, answer, message) => {
        const { endpoint } = await canned(answer)

        const error = await failure(ask(ledgerAt(endpoint)))

        expect(error).toBeInstanceOf(UnavailableError)
        expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', message: expect.stringContaining(message) })
        const shown = inspect(error, { depth: 10, showHidden: true })
        expect(shown).not.toContain(OPENID)
        expect(shown).not.toContain(ORDER.out_order_no)
        expect(shown).not.toContain('arn:aws')
      })

      it('throws UnavailableError when nobody listens', async () => {
        const { endpoint, close } = await startCannedAws({ status: 200, body: '{}' })
        await close()

        const error = await failure(ask(ledgerAt(endpoint)))

        expect(error).toBeInstanceOf(UnavailableError)
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(ORDER.out_order_no)
      })

      it('throws UnavailableError when there is no such table', async () => {
        const { endpoint, close } = await startDynalite()
        closing.push(close)

        const error = await failure(ask(ledgerAt(endpoint)))

        expect(error).toBeInstanceOf(UnavailableError)
        expect(error).toMatchObject({ message: 'the ledger says ResourceNotFoundException' })
      })
    })

    it.each([
      ['a count', (ledger: Ledger) => ledger.count('1900000109#hour#498746', 1_795_492_800)],
      ['to meet a party', (ledger: Ledger) => ledger.recordKnownParty(PARTY, 1_830_047_400)],
      ['to miss an order', (ledger: Ledger) => ledger.recordAbsentOrder(PARTY, ORDER.out_order_no, 1_830_047_400)],
      [
        'a refused sub-merchant',
        (ledger: Ledger) => ledger.recordRefusedSubMerchant('1900000200#refused#20261124', '1900000201', 1_830_047_400),
      ],
    ])('gives up %s before it would ask twice: a payment waits for it', async (_, ask) => {
      const { port, requests } = await serveRaw(() => {})

      const error = await failure(ask(ledgerAt(`http://127.0.0.1:${port}`)))

      expect(error).toBeInstanceOf(UnavailableError)
      expect(requests).toHaveLength(1)
    })

    it('gives up as soon to look whether what it counts is new', async () => {
      const { port, requests } = await serveRaw(() => {})

      const ledger = ledgerAt(`http://127.0.0.1:${port}`)
      const error = await failure(ledger.count('1900000109#hour#2026112410#0', 1_795_492_800, '1900000109#A'))

      expect(error).toBeInstanceOf(UnavailableError)
      expect(requests).toHaveLength(1)
    })
  })
}
