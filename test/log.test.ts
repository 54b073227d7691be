import { describe, expect, it } from 'vitest'
import { logText } from '../lib/log.ts'

describe('logText', () => {
  it('writes fields and metrics into one line of the embedded metric format', () => {
    const line = logText(
      { function: 'sync', mchid: '1900000109', status: 200, replayed: false },
      { duration: { value: 12.5, unit: 'Milliseconds' }, errors: { value: 1, unit: 'Count' } },
      1_795_487_400_000,
      ['function'],
    )

    expect(line).toBe(
      '{"_aws":{"Timestamp":1795487400000,"CloudWatchMetrics":[{"Namespace":"PayscoreSync","Dimensions":[["function"]],' +
        '"Metrics":[{"Name":"duration","Unit":"Milliseconds"},{"Name":"errors","Unit":"Count"}]}]},' +
        '"function":"sync","mchid":"1900000109","status":200,"replayed":false,"duration":12.5,"errors":1}',
    )
  })

  it('leaves out fields that nobody knows', () => {
    const line = logText({ function: 'sync', request_id: undefined }, {}, 0, [])

    expect(JSON.parse(line)).not.toHaveProperty('request_id')
  })

  it('stays one line whatever a field holds', () => {
    const line = logText({ text: 'a\r\n\u2028{"b":1}' }, {}, 0, [])

    expect(line).not.toMatch(/[\r\n]/)
    expect(JSON.parse(line).text).toBe('a\r\n\u2028{"b":1}')
  })

  it('lets no field pass for a metric', () => {
    const line = logText({ duration: 'long' }, { duration: { value: 3, unit: 'Milliseconds' } }, 0, [])

    expect(JSON.parse(line).duration).toBe(3)
  })
})
