import { type Row, STEPS } from './row.ts'
import { ANSWER } from './rows/answer.ts'
import { ARRIVAL } from './rows/arrival.ts'
import { BILL_ROWS } from './rows/bill.ts'
import { CALL } from './rows/call.ts'
import { EVIDENCE } from './rows/evidence.ts'
import { KEYS } from './rows/keys.ts'
import { PLATFORM } from './rows/platform.ts'

/** Every fault of docs/faults.md, along the way of an order. */
export const ROWS: readonly Row[] = STEPS.flatMap((step) =>
  [...ARRIVAL, ...KEYS, ...CALL, ...ANSWER, ...BILL_ROWS, ...EVIDENCE, ...PLATFORM].filter((row) => row.step === step),
)
