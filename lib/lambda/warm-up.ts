import type { Ledger } from '../aws/ledger.ts'
import type { Merchants } from '../aws/merchants.ts'
import type { Config } from '../config.ts'
import { LIMITS } from '../order/limits.ts'
import type { Connection } from '../wechatpay/send.ts'
import { type Signer, sendSigned } from '../wechatpay/signed-call.ts'

export type WarmUpDeps = {
  readonly merchants: Pick<Merchants, 'signer'>
  readonly ledger: Pick<Ledger, 'read'>
  readonly send: Pick<Connection, 'connect'>
}

/** A deployment with more signers than these loads the others when they are asked for. */
const SIGNERS_MOST = 4

/** No order's: those begin with a number of a merchant. */
const NO_ROW = '#'

/**
 * What init awaits, side by side, so that a first call finds it done: secrets, a socket to DynamoDB and one to
 * WeChat Pay, one sign and one verify. Never rejects and never takes longer than `withinMs`: whatever is not ready
 * then, the first call does by itself, and tells how it failed.
 */
export const warmUp = async (
  { merchants }: Pick<Config, 'merchants'>,
  deps: WarmUpDeps,
  withinMs: number = LIMITS.init,
): Promise<void> => {
  const signers = new Set([...merchants.values()].map(({ mchid, provider }) => provider ?? mchid))
  const parts = [
    () => deps.send.connect(),
    () => deps.ledger.read(NO_ROW),
    ...[...signers].slice(0, SIGNERS_MOST).map((mchid) => async () => rehearse(await deps.merchants.signer(mchid))),
  ]
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise((resolve) => {
    timer = setTimeout(resolve, withinMs)
  })
  await Promise.race([Promise.allSettled(parts.map(async (part) => part())), deadline])
  clearTimeout(timer)
}

/** Signs a request that goes nowhere, and checks an answer that nobody gave: the first real ones are then the second. */
const rehearse = async (signer: Signer): Promise<void> => {
  const [serial = ''] = signer.wechatpayKeys.keys()
  const request = { method: 'GET', target: '/', body: '' } as const
  await sendSigned(request, signer, {
    send: async ({ headers }) => {
      const [, signature = ''] = /signature="([^"]+)"/.exec(headers.Authorization ?? '') ?? []
      const timestamp = String(Math.floor(Date.now() / 1000))
      const signed = { serial, timestamp, nonce: 'warm-up', signature }
      const rawHeaders = Object.entries(signed).flatMap(([name, value]) => [`Wechatpay-${name}`, value])
      return { kind: 'answered', answer: { status: 200, rawHeaders, body: Buffer.alloc(0) } }
    },
    now: Date.now,
    nonce: () => 'warm-up',
  })
}
