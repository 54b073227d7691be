/** A mutant that no test can notice, because the program does the same. */
export type Equivalent = {
  /** Or the beginning of several. */
  readonly file: string
  readonly mutator: string
  /** What is altered, and into what. */
  readonly code: string
  readonly into: string
  /** A part of the line, where the code alone could be another place. */
  readonly line?: string
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
  {
    file: 'lib/intake/payment-notice.ts',
    mutator: 'MethodExpression',
    code: `expected?.startsWith('"')`,
    into: `expected?.endsWith('"')`,
    reason: 'valibot writes the name of a missing member in quotes, which are at both ends',
  },
  {
    file: 'lib/intake/payment-notice.ts',
    mutator: 'OptionalChaining',
    code: 'expected?.startsWith',
    into: 'expected.startsWith',
    reason: 'the issue of an object always says what was expected; the types do not know that',
  },
  {
    file: 'lib/paid-time.ts',
    mutator: 'StringLiteral',
    code: "'0'",
    into: '""',
    line: "hours = '0'",
    reason: 'an offset that is not there is 0 hours and 0 minutes by either text, as a number',
  },
  {
    file: 'lib/intake/event-source.ts',
    mutator: 'StringLiteral',
    code: "'%'",
    into: '""',
    reason: 'text without % stays the same when it is decoded',
  },
  {
    file: 'lib/intake/event-source.ts',
    mutator: 'StringLiteral',
    code: "'utf8'",
    into: '""',
    reason: 'Node takes an empty name of an encoding for utf8',
  },
  {
    file: 'lib/intake/event-source.ts',
    mutator: 'StringLiteral',
    code: "''",
    into: '"Stryker was here!"',
    line: 'JSON.stringify(value)',
    reason: 'what JSON cannot write has no size, and any short text is of fair size',
  },
  {
    file: 'lib/wechatpay/verdict.ts',
    mutator: 'StringLiteral',
    code: "''",
    into: '"Stryker was here!"',
    line: 'isNotExist',
    reason: 'either is no code of WeChat Pay',
  },
  {
    file: 'lib/wechatpay/answer-body.ts',
    mutator: 'ConditionalExpression',
    code: "typeof number === 'number'",
    into: 'true',
    reason: 'only a number is a safe integer; the types do not know that',
  },
  {
    file: 'lib/order/transition',
    mutator: 'ConditionalExpression',
    code: 'since !== undefined',
    into: 'true',
    reason: 'what is not there makes no number, which is greater than none; the types do not know that',
  },
]
