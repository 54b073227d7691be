// The same, with the idempotency of Powertools on DynamoDB in place of a ledger.
import { IdempotencyConfig } from '@aws-lambda-powertools/idempotency'
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb'
import { makeHandlerIdempotent } from '@aws-lambda-powertools/idempotency/middleware'
import middy from '@middy/core'
import { tell } from './tell.mjs'

const persistenceStore = new DynamoDBPersistenceLayer({ tableName: 'idempotency' })
const config = new IdempotencyConfig({ eventKeyJmesPath: '[pathParameters, body]' })

export const handler = middy().use(makeHandlerIdempotent({ persistenceStore, config })).handler(tell)
