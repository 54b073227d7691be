// dynalite has no types. These are the parts that the ledger's table uses.

declare module 'dynalite' {
  import type { Server } from 'node:http'

  export type DynaliteOptions = { path?: string; createTableMs?: number }
  export default function dynalite(options: DynaliteOptions): Server
}

declare module 'dynalite/db/index.js' {
  import type { Readable } from 'node:stream'
  import type { AttributeValue } from '@aws-sdk/client-dynamodb'
  import type { DynaliteOptions } from 'dynalite'

  type Done = (error: Error | null) => void
  /** Numbers are strings, and binary values are base64 strings. */
  export type AttributeMap = Record<string, AttributeValue>
  export type ItemStore = {
    get(key: string, done: (error: Error | null, item?: AttributeMap) => void): void
    put(key: string, item: AttributeMap, done: Done): void
    del(key: string, done: Done): void
    createValueStream(): Readable
  }
  export type Store = { getItemDb(tableName: string): ItemStore; db: { close(done: Done): void } }
  const database: { create(options: DynaliteOptions): Store; compare: unknown }
  export default database
}

declare module 'dynalite/db/conditionParser.js' {
  const parser: import('./parsed-expressions.ts').Parser
  export default parser
}

declare module 'dynalite/db/updateParser.js' {
  const parser: import('./parsed-expressions.ts').Parser
  export default parser
}
