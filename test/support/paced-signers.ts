import type { PacedSigner } from '../../lib/config/served.ts'
import { LIMITS } from '../../lib/limits.ts'

/** How what is due is dispatched where an entry says nothing of it. */
export const USUAL_PACE = { pace: LIMITS.dispatchesPerSecond, shards: LIMITS.shards }

/** Signers with the usual pace and shards. */
export const pacedSigners = (mchids: readonly string[]): readonly PacedSigner[] =>
  mchids.map((mchid) => ({ mchid, ...USUAL_PACE }))
