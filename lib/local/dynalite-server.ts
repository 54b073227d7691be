import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import dynalite, { type DynaliteOptions } from 'dynalite'
import conditionParser from 'dynalite/db/conditionParser.js'
import database, { type ItemStore, type Store } from 'dynalite/db/index.js'
import updateParser from 'dynalite/db/updateParser.js'
import { keepParsed } from './parsed-expressions.ts'

export type DynaliteServer = {
  /** Lets dynalite answer, and settles after that. `isLost` resets the connection instead of sending the answer. */
  serve(request: IncomingMessage, body: Buffer, response: ServerResponse, isLost: boolean): Promise<void>
  /** The items of a table, in dynalite's own store. */
  items(tableName: string): ItemStore
  /** Call it only after all requests were answered. */
  close(): Promise<void>
}

type Replay = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & EventEmitter
type Handler = (request: Replay, response: ServerResponse) => void

// One parser of each kind serves every store of this process.
for (const parser of [conditionParser, updateParser]) keepParsed(parser)

/** dynalite without its HTTP server, and with access to its store. */
export const openDynalite = (options: DynaliteOptions): DynaliteServer => {
  const { handler, store } = open(options)
  return {
    serve: (request, body, response, isLost) =>
      new Promise((resolve) => {
        const end = response.end.bind(response)
        const onEnd = (text?: string) => {
          resolve()
          if (isLost) request.socket.destroy()
          else end(text)
          return response
        }
        // dynalite calls end() once, with one text and no other argument.
        response.end = onEnd as typeof response.end
        // dynalite throws if a client aborts during a request, so it gets only complete requests.
        const { method, url, headers } = request
        const replay = Object.assign(new EventEmitter(), { method, url, headers })
        handler(replay, response)
        if (body.length > 0) replay.emit('data', body)
        replay.emit('end')
      }),
    items: (tableName) => store.getItemDb(tableName),
    close: () =>
      new Promise((resolve, reject) => {
        store.db.close((error) => (error ? reject(error) : resolve()))
      }),
  }
}

/** dynalite does not export its store, so the function that creates the store is intercepted here. */
const open = (options: DynaliteOptions): { handler: Handler; store: Store } => {
  const { create } = database
  let store: Store | undefined
  database.create = (given) => {
    store = create(given)
    return store
  }
  try {
    const [handler] = dynalite(options).listeners('request')
    if (!handler || !store) throw new TypeError('dynalite has changed: no handler or no store')
    // A listener of http.Server. It uses only those members of a request that a Replay has.
    return { handler: handler as Handler, store }
  } finally {
    database.create = create
  }
}
