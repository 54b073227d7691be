/**
 * Stands in the bundle of a function that somebody waits for, in place of those parts of the SDK that the settings of
 * its clients replace: they would be read, compiled and set up in every cold start, and never asked.
 */

const notInTheBundle = (what: string): never => {
  throw new TypeError(`${what} is left out of this bundle: its clients need functionSettings`)
}

/** Of `@smithy/node-http-handler`. The settings bring a handler whose answers hold their bytes. */
export const NodeHttpHandler = {
  create: (handler: { readonly handle?: unknown }) => (handler.handle ? handler : notInTheBundle('NodeHttpHandler')),
}
export const streamCollector = (): never => notInTheBundle('streamCollector')

/** Of `@smithy/signature-v4`. The settings bring a signer. */
export const SignatureV4 = (): never => notInTheBundle('SignatureV4')

/** Of `@aws-sdk/signature-v4-multi-region`, which asks for a package that is not installed, and does without. */
export const SignatureV4MultiRegion = { sigv4aDependency: () => 'none' }

/** Of `@aws-sdk/middleware-endpoint-discovery`. It is off unless it is asked for. */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {}
export const resolveEndpointDiscoveryConfig = <T>(config: T): T => config

/** Of `@smithy/core/event-streams`. No operation here has one. */
export const EventStreamSerde = undefined
export const eventStreamSerdeProvider = undefined

/** Of `node:fs/promises`, for the SDK's reader of `~/.aws`: Lambda has no such files. */
export const readFile = async (): Promise<never> => notInTheBundle('readFile')
