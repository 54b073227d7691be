import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MCHID, startStatementDeps } from '../support/statement-deps.ts'

let emulated: Awaited<ReturnType<typeof startStatementDeps>>
beforeEach(async () => {
  emulated = await startStatementDeps()
})
afterEach(() => emulated.close())

describe('a statement', () => {
  it('of 200,000 lines is taken', async () => {
    const { handled } = await emulated.report('longest', `out_order_no,paid_time\n${'坏,1\n'.repeat(200_000)}`)

    expect(handled.log).toMatchObject({ outcome: 'reported', lines: 200_000, malformed: 200_000 })
  })

  it.each([
    ['has 200,001 lines', 'csv', `out_order_no,paid_time\n${'L-1,20261124\n'.repeat(200_001)}`],
    ['has 200,001 lines of JSON, which have no header', 'jsonl', '{}\n'.repeat(200_001)],
    ['unpacks to too many bytes', 'csv.gz', gzipSync(Buffer.alloc(300_000_000, ' '))],
  ])('that %s is refused as a whole, with a report that says so', async (_, extension, body) => {
    const { data, handled, html } = await emulated.report('refused', body, extension)

    const reason = 'the list has more than 200,000 lines: split it and upload the parts'
    expect(data).toMatchObject({ entries: [], summary: { lines: 0, refused: { en: reason } } })
    expect(html).toContain('未处理:明细超过 200,000 行,请拆分后分别上传')
    expect(html).toContain(`Not taken: ${reason}`)
    expect(handled.metrics).toMatchObject({ statement_refused: { value: 1 } })
    expect(await emulated.deps.ledger.read(`${MCHID}#L-1`)).toBeUndefined()
  })
})
