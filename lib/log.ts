/** What a log line may hold: chosen one by one, never a whole event, answer or error. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>

/** A number of the same line that CloudWatch shall keep as a metric. */
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
