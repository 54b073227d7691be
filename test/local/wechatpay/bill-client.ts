import type { Candidate } from '../../../lib/bill/candidate.ts'
import { type BillReading, readBill } from '../../../lib/bill/read-bill.ts'
import { readSpool } from '../../../lib/bill/spool.ts'
import { DIRECT, honestRequest, NOW, type Response, type Signer, startScene } from './test-client.ts'

export const DAY_MS = 86_400_000

/** A scene whose clock the requests follow, as bills are asked for on another day than that of the trades. */
export const startBillScene = async (options: Parameters<typeof startScene>[0] = {}) => {
  const scene = await startScene(options)
  let now = NOW
  const setNow = (ms: number) => {
    now = ms
    scene.setNow(ms)
  }
  const getRequest = (target: string, signer: Signer = DIRECT) =>
    honestRequest(signer, { method: 'GET', target, body: '', timestamp: Math.floor(now / 1000) })
  const get = (target: string, signer?: Signer): Promise<Response> => scene.send(getRequest(target, signer))
  const askBill = (query: string, signer?: Signer) => get(`/v3/bill/tradebill?${query}`, signer)
  return { ...scene, setNow, getRequest, get, askBill }
}

export type BillScene = Awaited<ReturnType<typeof startBillScene>>

/** Where a bill is, and what its text must hash to. */
export const placeOf = ({ body }: Response): { readonly hash_value: string; readonly download_url: string } =>
  JSON.parse(body)

/** Fetches a bill as it is, and follows nobody. */
export const fetchBill = (scene: BillScene, download_url: string, signer?: Signer) => {
  const { pathname, search } = new URL(download_url)
  const { Authorization = '' } = scene.getRequest(pathname + search, signer).headers
  const headers = { Authorization: String(Authorization), Accept: '*/*', 'User-Agent': 'test-client/1' }
  return fetch(download_url, { headers, redirect: 'manual' })
}

/** What the service's own reader makes of a bill. */
export const readFetched = async (
  fetched: globalThis.Response,
  sha1: string,
): Promise<{ readonly reading: BillReading; readonly candidates: readonly Candidate[] }> => {
  let spool = ''
  const bytes = fetched.body as unknown as AsyncIterable<Uint8Array> // as Node has it
  const reading = await readBill(bytes, { sha1, maxBytes: 1 << 30 }, (text) => {
    spool += text
  })
  const candidates: Candidate[] = []
  if (reading.agreed) for await (const some of readSpool(reading.bill, textOf(spool))) candidates.push(...some)
  return { reading, candidates }
}

const textOf = async function* (text: string) {
  yield Buffer.from(text)
}

/** Asks for a bill, fetches it, and reads it. */
export const readBillOf = async (scene: BillScene, query: string, signer?: Signer) => {
  const { hash_value, download_url } = placeOf(await scene.askBill(query, signer))
  return readFetched(await fetchBill(scene, download_url, signer), hash_value)
}
