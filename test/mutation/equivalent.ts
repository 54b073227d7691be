/** A mutant that no test can notice, because the program does the same. */
export type Equivalent = {
  readonly file: string
  readonly mutator: string
  /** What is altered, and into what. */
  readonly code: string
  readonly into: string
  readonly reason: string
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'lib/wechatpay/answer.ts',
    mutator: 'OptionalChaining',
    code: 'rawHeaders[i - 1]?.toLowerCase',
    into: 'rawHeaders[i - 1].toLowerCase',
    reason: 'only an odd i comes here, so there is one before it; the types do not know that',
  },
]
