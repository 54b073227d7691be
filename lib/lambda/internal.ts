import type { Handled } from '../steps/handled.ts'

/** What the middlewares hand to each other. */
export type Internal = { handled?: Handled; startedAt?: number }
