import type { OperationResult } from '../operations/result.ts'

/** Values that the middlewares pass to each other in `request.internal`. */
export type MiddyContext = { handled?: OperationResult; startedAt?: number }
