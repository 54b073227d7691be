import { InputError } from '../errors.ts'
import { membersOf } from '../json.ts'

export type StatementTask =
  | { readonly do: 'read'; readonly key: string; readonly version: string | undefined }
  | { readonly do: 'renew' | 'overdue' | 'silent' }

/**
 * Reads the "Object Created" event of S3, or `{"do": "renew"}`, `{"do": "overdue"}` and `{"do": "silent"}` of the
 * schedules. Throws InputError.
 */
export const readStatementTask = (event: unknown): StatementTask => {
  const { source, detail, do: task } = membersOf(event)
  if (task === 'renew' || task === 'overdue' || task === 'silent') return { do: task }
  const { key, 'version-id': version } = membersOf(membersOf(detail).object)
  if (source !== 'aws.s3' || typeof key !== 'string') throw new InputError('event', 'must name a new object, or a task')
  return { do: 'read', key, version: typeof version === 'string' ? version : undefined }
}
