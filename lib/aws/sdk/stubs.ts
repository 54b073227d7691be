/**
 * esbuild puts these stubs in place of parts of the SDK that functionSettings replaces or that no operation here uses,
 * in the bundles of functions with a waiting caller. The real modules would be read, compiled and set up in every cold
 * start without being used.
 */

const notInTheBundle = (what: string): never => {
  throw new TypeError(`${what} is left out of this bundle: its clients need functionSettings`)
}

/** For `@smithy/node-http-handler`: functionSettings set a request handler that returns bytes, not a stream. */
export const NodeHttpHandler = {
  create: (handler: { readonly handle?: unknown }) => (handler.handle ? handler : notInTheBundle('NodeHttpHandler')),
}
export const streamCollector = (): never => notInTheBundle('streamCollector')

/** For `@smithy/signature-v4`: functionSettings set a signer. */
export const SignatureV4 = (): never => notInTheBundle('SignatureV4')

/** For `@aws-sdk/signature-v4-multi-region`: it looks for a package that is not installed, and works without it. */
export const SignatureV4MultiRegion = { sigv4aDependency: () => 'none' }

/** For `@aws-sdk/middleware-endpoint-discovery`: it is off by default. */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {}
export const resolveEndpointDiscoveryConfig = <T>(config: T): T => config

/** For `@smithy/core/event-streams`: no operation here has an event stream. */
export const EventStreamSerde = undefined
export const eventStreamSerdeProvider = undefined

/** For `node:fs/promises`, with which the SDK reads `~/.aws`: Lambda has no such files. */
export const readFile = async (): Promise<never> => notInTheBundle('readFile')
