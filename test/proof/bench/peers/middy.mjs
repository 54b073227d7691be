// What one would write instead, without a ledger: middy, the secret, one call by the plugin.
import middy from '@middy/core'
import { tell } from './tell.mjs'

export const handler = middy().handler(tell)
