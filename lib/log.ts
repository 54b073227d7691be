/** Fields of a log line. They are chosen one by one: a whole event, answer or error is never logged. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined | readonly object[]>>

/** Numbers of the log line that CloudWatch keeps as metrics. */
export type Metrics = Readonly<
  Record<string, { readonly value: number; readonly unit: 'Count' | 'Milliseconds' | 'None' }>
>

const NAMESPACE = 'PayscoreSync'

/**
 * One JSON line in CloudWatch's embedded metric format.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const logText = (fields: Fields, metrics: Metrics, nowMs: number, dimensions: readonly string[]): string =>
  JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [dimensions],
          Metrics: Object.entries(metrics).map(([Name, { unit }]) => ({ Name, Unit: unit })),
        },
      ],
    },
    ...fields,
    ...Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value])),
  })

/** Codes of Node's own errors also begin with ERR_, and their messages quote values. */
const OUR_CODES = new Set(['ERR_CONFIG', 'ERR_INPUT', 'ERR_TRY_AGAIN', 'ERR_UNAVAILABLE'])

/**
 * The fields for an error. Our own errors have safe messages; of any other error only the name and the stack frames are
 * safe to log.
 */
export const errorFields = (error: unknown): Fields => {
  if (!(error instanceof Error)) return { error: 'unknown' }
  if ('code' in error && OUR_CODES.has(String(error.code))) return { error: String(error.code), message: error.message }
  // A message may contain lines that look like stack frames.
  const frames =
    error.stack
      ?.replace(error.message, '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line)) ?? []
  return {
    error: error.name,
    at: frames
      .slice(0, 5)
      .map((line) => line.trim())
      .join(' < '),
  }
}
