import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import dynalite, { type DynaliteOptions } from 'dynalite'
import database, { type ItemStore, type Store } from 'dynalite/db/index.js'

export type DynaliteServer = {
  /** Lets dynalite answer; settles when it has. `isLost` breaks the connection in place of the answer. */
  serve(request: IncomingMessage, body: Buffer, response: ServerResponse, isLost: boolean): Promise<void>
  /** The items of a table as they lie in its store. */
  items(tableName: string): ItemStore
  /** All requests must have been served before. */
  close(): Promise<void>
}

type Replay = Pick<IncomingMessage, 'method' | 'url' | 'headers'> & EventEmitter
type Handler = (request: Replay, response: ServerResponse) => void

/** dynalite without a socket of its own, and with its store at hand. */
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
        // dynalite ends an answer with one text and nothing else.
        response.end = onEnd as typeof response.end
        // It throws when a client breaks off in the middle of a request, so it is given whole ones only.
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

/** dynalite keeps its store to itself, but makes it by a function that can be listened to for this moment. */
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
    // The listener of an HTTP server's requests; of a request it uses no more than a Replay has.
    return { handler: handler as Handler, store }
  } finally {
    database.create = create
  }
}
