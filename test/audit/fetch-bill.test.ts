import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { fetchBill } from '../../lib/audit/fetch-bill.ts'
import { createFetchDeps } from '../../lib/lambda/audit-dependencies.ts'
import { sha1, writeBill } from '../bill/bill-writer.ts'
import { answered, SIGNER } from '../support/fake-wechatpay.ts'
import { listen } from '../support/loopback.ts'
import { charged, KEY } from './audit-world.ts'

/** A WeChat Pay on loopback that has this bill, and gives what it says of the bill at this origin. */
const serve = async (text: Buffer, urlOf: (origin: string) => string) => {
  const asked: (readonly [string | undefined, boolean])[] = []
  const server = createServer((request, response) => {
    asked.push([request.url, request.headers.authorization?.startsWith('WECHATPAY2-SHA256-RSA2048 ') === true])
    if (request.url?.startsWith('/v3/billdownload/')) return response.end(gzipSync(text))
    const body = JSON.stringify({ hash_type: 'SHA1', hash_value: sha1(text), download_url: urlOf(origin.origin) })
    const said = answered(200, body, Date.now())
    if (said.kind === 'answered') response.writeHead(said.answer.status, [...said.answer.rawHeaders]).end(body)
    return response
  })
  const origin = new URL(`http://127.0.0.1:${await listen(server)}`)
  const folder = await mkdtemp(join(tmpdir(), 'fetch-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const keys = { signer: async () => SIGNER, forget: () => {} }
  const fetched = await fetchBill(KEY, join(folder, 'spool'), createFetchDeps({ wechatpayOrigin: origin }, { keys }))
  return { fetched, asked }
}

it('has a bill over the network: two signed requests, the second for the URL as it was given', async () => {
  const text = writeBill([charged('A1'), charged('A2')])

  const { fetched, asked } = await serve(text, (origin) => `${origin}/v3/billdownload/file?token=a%2Fb`)

  expect(fetched).toMatchObject({ verdict: { kind: 'ready' }, sha1: sha1(text), reading: { agreed: true } })
  expect(asked).toEqual([
    ['/v3/bill/tradebill?bill_date=2026-11-23&bill_type=ALL&tar_type=GZIP', true],
    ['/v3/billdownload/file?token=a%2Fb', true],
  ])
})

it('signs nothing for a stranger', async () => {
  const { fetched, asked } = await serve(writeBill([]), () => 'http://127.0.0.1:1/v3/billdownload/file?token=1')

  expect(fetched.verdict).toMatchObject({ kind: 'unknown', code: 'DOWNLOAD_URL' })
  expect(asked).toHaveLength(1)
})
