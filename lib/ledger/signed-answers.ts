import type { BookRow } from './row.ts'

/** When the answer came by which WeChat Pay took the sync (ms). Rows of earlier versions hold the answer itself. */
export const takenAt = ({ taken_at, receipt }: Pick<BookRow, 'taken_at' | 'receipt'>): number | undefined =>
  taken_at ?? receipt?.sent_at

/** When the answer came that proves how the order ended (ms). */
export const provedAt = ({ proved_at, proof }: Pick<BookRow, 'proved_at' | 'proof'>): number | undefined =>
  proved_at ?? proof?.sent_at
