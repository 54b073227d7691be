import { expect, it } from 'vitest'
import { runWrongNotices } from './wrong-notices.ts'

const SEED = 20_261_124

it('closes no wrong order and loses no right one where the amount is compared', async () => {
  const result = await runWrongNotices(500, 'check', SEED)

  expect(result.wrongNumbers).toBeGreaterThan(5)
  expect(result.wrongAmounts).toBeGreaterThan(5)
  expect(result).toMatchObject({
    wronglyClosed: 0,
    rightLost: 0,
    forgedRefused: result.forged,
    held: result.wrongNumbers + result.wrongAmounts,
    posts: result.right,
  })
})

it('lets every wrong order number through where no amount is given, and no forgery', async () => {
  const result = await runWrongNotices(300, 'sync', SEED)

  expect(result).toMatchObject({ wronglyClosed: result.wrongNumbers, rightLost: 0, forgedRefused: result.forged })
})

it('sends nothing where it only observes', async () => {
  const result = await runWrongNotices(300, 'observe', SEED)

  expect(result).toMatchObject({ posts: 0, wronglyClosed: 0, forgedRefused: result.forged })
})
