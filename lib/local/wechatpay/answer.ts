import { REFUSALS, type RefusalName } from './refusals.ts'

/** What WeChat Pay has decided to say, before it is signed and sent. */
export type Answer = {
  readonly status: number
  /** '' when there is none, as with 204. */
  readonly body: string
  readonly contentType?: string
  /** The end of `Request-Id`: 0 when all went well. */
  readonly number: number
  readonly signed: boolean
  readonly refusal?: RefusalName
  readonly location?: string
}

/** What a refusal may say of the one field that is wrong. `field` is a JSON pointer when it is in the body. */
export type Problem = {
  readonly refusal: RefusalName
  readonly message: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** 200 with a JSON body. */
export const done = (body: object): Answer => ({ status: 200, body: JSON.stringify(body), number: 0, signed: true })

/** 204: done, and nothing to say about it. */
export const doneSilently: Answer = { status: 204, body: '', number: 0, signed: true }

type RefusalDetails = { readonly detail?: object; readonly message?: string; readonly signed?: boolean }

/** A refusal from the table; `signed` false is how all 401s come, since nothing is signed for a stranger. */
export const refused = (name: RefusalName, more: RefusalDetails = {}): Answer => {
  const { status, code, number, message } = REFUSALS[name]
  const body = JSON.stringify({ code, ...(more.detail && { detail: more.detail }), message: more.message ?? message })
  return { status, body, number, signed: status !== 401 && (more.signed ?? true), refusal: name }
}

/** A refusal from below the API: an empty body, unsigned. */
export const refusedBare = (status: 404 | 405): Answer => ({ status, body: '', number: status, signed: false })
