import { S3Client } from '@aws-sdk/client-s3'
import { bucketSettings } from '../../aws/bucket.ts'
import { CliError } from '../../two-languages.ts'
import type { Session } from '../session.ts'
import type { LedgerOptions } from './connect.ts'
import { enterLocalWorld } from './local-world.ts'
import { stackOutputs } from './stack.ts'

export type BucketOptions = Pick<LedgerOptions, 'json' | 'stack' | 'local' | 'mchid'> & { readonly bucket?: string }

/** The bucket of statements and reports, with the credentials of the person who runs the command. */
export const connectBucket = async (
  options: BucketOptions,
  session: Session,
): Promise<{ readonly client: S3Client; readonly bucket: string }> => {
  if (options.local) enterLocalWorld(session)
  const { bucket, stack } = options
  const name =
    bucket ?? (stack === undefined ? session.env.BUCKET : (await stackOutputs(stack)).get('StatementsBucket'))
  if (name) return { client: new S3Client(bucketSettings), bucket: name }
  throw new CliError(
    {
      en: 'which bucket? Say --stack NAME, --bucket NAME or --local, or set BUCKET',
      zh: '请指定存储桶:--stack 堆栈名、--bucket 名称或 --local,或设置 BUCKET',
    },
    2,
  )
}
