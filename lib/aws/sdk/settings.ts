import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { LIMITS } from '../../limits.ts'
import { createRequestHandler } from './request-handler.ts'
import { createRequestSigner } from './request-signer.ts'
import { retryStrategy } from './retry-strategy.ts'

/** Settings of every AWS client: a request with all its attempts ends within LIMITS.sdkTotal. */
export const clientSettings = {
  maxAttempts: LIMITS.sdkAttempts,
  retryStrategy,
  requestHandler: {
    connectionTimeout: LIMITS.sdkConnect,
    requestTimeout: LIMITS.sdkRequest,
    socketTimeout: LIMITS.sdkRequest,
    throwOnRequestTimeout: true,
  },
} as const

/**
 * Settings of a client inside a function, where time is paid for. All of them are options of the SDK; those that
 * lean-clients.ts reads hold for it as well. The notes of the benchmark tell what each of them saves. `cacheMiddleware`
 * needs that no request has options of its own.
 */
export const functionSettings = (service: keyof typeof ENDPOINT_VARIABLES) => {
  const {
    AWS_REGION: region,
    AWS_ENDPOINT_URL,
    [ENDPOINT_VARIABLES[service]]: endpoint = AWS_ENDPOINT_URL,
  } = process.env
  return {
    ...clientSettings,
    requestHandler: createRequestHandler(clientSettings.requestHandler),
    signer: createRequestSigner(service),
    cacheMiddleware: true,
    // Set explicitly, so that the SDK does not search for them in files at start-up: Lambda has no ~/.aws.
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ignoreConfiguredEndpointUrls: true,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    accountIdEndpointMode: 'disabled',
    authSchemePreference: [],
    disableClockSkewCorrection: false,
    userAgentAppId: async () => undefined,
    defaultUserAgentProvider: async () => [['payscore-sync']],
  } satisfies DynamoDBClientConfig
}

const ENDPOINT_VARIABLES = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  events: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  sns: 'AWS_ENDPOINT_URL_SNS',
} as const
