import type { OperationResult } from '../operations/result.ts'

/** What the middlewares hand to each other. */
export type MiddyContext = { handled?: OperationResult; startedAt?: number }
