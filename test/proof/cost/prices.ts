/**
 * What AWS bills, in US dollars: list prices of US East (N. Virginia), on demand, without free tiers; other regions
 * differ. Read on 2026-11-29 at https://aws.amazon.com/{api-gateway,lambda,dynamodb,eventbridge,cloudwatch,secrets-manager}/pricing/.
 */
export const PRICES = {
  /** An HTTP API, of each 512 KB. */
  httpRequest: 1.0 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** arm64. */
  gbSecond: 0.0000133334,
  /** On demand: 1 KB written, and 4 KB read consistently or twice as much eventually. */
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  /** An event of our own, of each 64 KB. What a rule delivers is free, and so are reads of a stream by Lambda. */
  event: 1.0 / 1e6,
  logGigabyte: 0.5,
  /** A PUT to S3 Standard. */
  put: 5 / 1e6,
} as const

/** A gigabyte for a month: of a table, and of S3 Standard. */
export const STORAGE = { table: 0.25, bucket: 0.023 } as const

/** Each month, whatever the number of orders. */
export const MONTHLY = { secret: 0.4, alarm: 0.1, metric: 0.3, dashboard: 3 } as const

/** What the machine that counts cannot measure as it is on AWS. */
export const ASSUMED = {
  /** Of one signed call; an invocation takes it and its own work. */
  callMs: 200,
  /** So many orders a month come evenly, and DynamoDB has divided the stream into so many shards. */
  ordersAMonth: 1_000_000,
  streamShards: 4,
  ownMs: 12,
  /** CloudWatch counts so many bytes for each line beside its text. */
  lineBytes: 26,
  /** Lambda's own lines of an invocation: START, END and REPORT, in text. */
  lambdaLines: [
    'START RequestId: 8f5f8f0e-5d5a-4c86-9c3a-000000000000 Version: $LATEST',
    'END RequestId: 8f5f8f0e-5d5a-4c86-9c3a-000000000000',
    'REPORT RequestId: 8f5f8f0e-5d5a-4c86-9c3a-000000000000\tDuration: 212.34 ms\tBilled Duration: 213 ms\tMemory Size: 512 MB\tMax Memory Used: 110 MB\t',
  ],
  /** The line of the API's access log for one request, as the stack has it. */
  accessLine:
    '{"time":"24/Nov/2026:02:30:00 +0000","request_id":"JKJaXmPLvHcESHA=","caller":"arn:aws:sts::123456789012:assumed-role/till/i-0123456789abcdef0","method":"POST","path":"/merchants/1900000109/payafter-orders/POS20250301120000000000000000002/sync","status":"200","latency_ms":"312","error":"-","integration_error":"-"}',
} as const
