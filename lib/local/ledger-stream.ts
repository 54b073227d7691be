import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { AttributeMap, ItemStore } from 'dynalite/db/index.js'
import type { Clock } from './clock.ts'
import { account, region } from './lambda/environment.ts'

/** A record of a DynamoDB stream with new and old images. */
export type StreamRecord = {
  readonly eventID: string
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  readonly eventVersion: '1.1'
  readonly eventSource: 'aws:dynamodb'
  readonly awsRegion: string
  readonly eventSourceARN: string
  readonly dynamodb: {
    /** Seconds since the epoch, by the local world's clock. */
    readonly ApproximateCreationDateTime: number
    readonly Keys: AttributeMap
    readonly NewImage?: AttributeMap
    readonly OldImage?: AttributeMap
    /** Digits; always increasing, also after a restart. */
    readonly SequenceNumber: string
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES'
  }
}

export type OnRecord = (record: StreamRecord) => void

/**
 * Watches the item store of a table. dynalite locks the key from reading an item until it was written, so the old image
 * that is read inside the write is the one that is replaced, and the records of a key are in the order of its writes. A
 * write that changes nothing gives no record, as on AWS. Returns a function that adds a listener.
 */
export const watchItems = (items: ItemStore, tableName: string, clock: Clock) => {
  const listeners = new Set<OnRecord>()
  const eventSourceARN = `arn:aws:dynamodb:${region}:${account}:table/${tableName}/stream/2026-01-01T00:00:00.000`
  let sequence = BigInt(Date.now()) * 1_000_000n

  const emit = (OldImage: AttributeMap | undefined, item: AttributeMap | undefined) => {
    // A copy, without dynalite's own prototypes.
    const NewImage: AttributeMap | undefined = item && JSON.parse(JSON.stringify(item))
    const image = NewImage ?? OldImage
    if (!image?.pk || isDeepStrictEqual(OldImage, NewImage)) return
    sequence += 1n
    const SequenceNumber = String(sequence)
    const record: StreamRecord = {
      eventID: createHash('md5').update(SequenceNumber).digest('hex'),
      eventName: !OldImage ? 'INSERT' : NewImage ? 'MODIFY' : 'REMOVE',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      eventSourceARN,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(clock.now() / 1000),
        Keys: { pk: image.pk },
        ...(NewImage && { NewImage }),
        ...(OldImage && { OldImage }),
        SequenceNumber,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    }
    for (const listener of listeners) listener(record)
  }

  type Write = (done: (error: Error | null) => void) => void
  const watched = (key: string, item: AttributeMap | undefined, write: Write): Write =>
    listeners.size === 0
      ? write
      : (done) =>
          items.get(key, (_, before) => {
            write((error) => {
              if (!error) emit(before, item)
              done(error)
            })
          })

  const { put, del } = items
  items.put = (key, item, done) => watched(key, item, (written) => put(key, item, written))(done)
  items.del = (key, done) => watched(key, undefined, (written) => del(key, written))(done)

  return (listener: OnRecord): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
}
