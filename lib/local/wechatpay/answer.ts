import type { Download } from './bills.ts'
import { type AnyRefusalName, BILL_REFUSALS, REFUSALS, type RefusalName } from './refusals.ts'

/** WeChat Pay's response before it is signed and sent. */
export type Answer = {
  readonly status: number
  /** '' if there is none, as with 204. */
  readonly body: string
  readonly contentType?: string
  /** The last part of `Request-Id`: 0 for a success. */
  readonly number: number
  readonly signed: boolean
  readonly refusal?: AnyRefusalName
  readonly location?: string
  /** Sent in place of `body`. */
  readonly download?: Download
}

/** What a refusal says about the invalid field. `field` is a JSON pointer if it is in the body. */
export type Problem = {
  readonly refusal: RefusalName
  readonly message: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** 200 with a JSON body. */
export const done = (body: object): Answer => ({ status: 200, body: JSON.stringify(body), number: 0, signed: true })

/** 204: done, without a body. */
export const doneSilently: Answer = { status: 204, body: '', number: 0, signed: true }

const EVERY_REFUSAL = { ...REFUSALS, ...BILL_REFUSALS }

type RefusalDetails = { readonly detail?: object; readonly message?: string; readonly signed?: boolean }

/** A refusal from the table. `signed` is false for all 401s: WeChat Pay does not sign responses to unknown callers. */
export const refused = (name: AnyRefusalName, more: RefusalDetails = {}): Answer => {
  const { status, code, number, message } = EVERY_REFUSAL[name]
  const body = JSON.stringify({ code, ...(more.detail && { detail: more.detail }), message: more.message ?? message })
  return { status, body, number, signed: status !== 401 && (more.signed ?? true), refusal: name }
}

/** The refusal of a request with this problem. */
export const refusedFor = ({ refusal, message, detail }: Problem): Answer => refused(refusal, { message, detail })

/** A refusal that does not come from the API itself: an empty, unsigned body. */
export const refusedBare = (status: 404 | 405): Answer => ({ status, body: '', number: status, signed: false })
