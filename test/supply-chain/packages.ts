const EVERY = ['@aws-sdk/core', '@aws/lambda-invoke-store', '@middy/core', '@smithy/core', '@smithy/types', 'valibot']

/** Of a function that reads nothing from a caller. */
const NO_INPUT = EVERY.filter((name) => name !== 'valibot')

const DYNAMODB = ['@aws-sdk/client-dynamodb', '@aws-sdk/dynamodb-codec', '@aws-sdk/util-dynamodb']

/** With a waiting caller: our own clients are in place of the SDK's. */
const LEAN = ['@aws-sdk/util-dynamodb', '@middy/core', 'valibot']

const WHOLE = ['@smithy/node-http-handler', '@smithy/signature-v4']
const REGIONS = '@aws-sdk/signature-v4-multi-region'
const DISCOVERY = ['@aws-sdk/endpoint-cache', '@aws-sdk/middleware-endpoint-discovery', 'mnemonist', 'obliterator']

/**
 * The packages of others in each function. Whatever else gets in must be written here first, so that somebody has looked
 * at it.
 */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  certificates: [
    ...NO_INPUT,
    ...WHOLE,
    REGIONS,
    '@aws-sdk/checksums',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/middleware-sdk-s3',
    '@aws-sdk/xml-builder',
  ],
  decide: LEAN,
  outcome: [...EVERY, ...WHOLE, ...DYNAMODB, ...DISCOVERY, REGIONS, '@aws-sdk/client-eventbridge'],
  evidence: [
    ...NO_INPUT,
    ...WHOLE,
    ...DYNAMODB,
    ...DISCOVERY,
    REGIONS,
    '@aws-sdk/checksums',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/middleware-sdk-s3',
    '@aws-sdk/xml-builder',
    'p-limit',
    'yocto-queue',
  ],
  query: LEAN,
  reconcile: [
    ...NO_INPUT,
    ...WHOLE,
    ...DYNAMODB,
    ...DISCOVERY,
    REGIONS,
    '@aws-sdk/client-eventbridge',
    'p-limit',
    'yocto-queue',
  ],
  audit: [
    ...EVERY,
    ...WHOLE,
    ...DYNAMODB,
    ...DISCOVERY,
    REGIONS,
    '@aws-sdk/checksums',
    '@aws-sdk/client-eventbridge',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/client-sns',
    '@aws-sdk/middleware-sdk-s3',
    '@aws-sdk/xml-builder',
    'p-limit',
    'yocto-queue',
  ],
  statement: [
    ...EVERY,
    ...WHOLE,
    ...DYNAMODB,
    ...DISCOVERY,
    REGIONS,
    '@aws-sdk/checksums',
    '@aws-sdk/client-s3',
    '@aws-sdk/middleware-sdk-s3',
    '@aws-sdk/xml-builder',
    'pend',
    'saxes',
    'xmlchars',
    'yauzl',
  ],
  status: LEAN,
  sync: LEAN,
}
