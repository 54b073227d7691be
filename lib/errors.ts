/** The deployment must be corrected: environment, secret or role. Nothing was sent. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'ERR_CONFIG'
}

const MEMBER_NAME = /^[A-Za-z_-]{1,24}\d{0,2}$/

/** The caller's input is wrong in the named field. Nothing was sent and nothing was written. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code = 'ERR_INPUT'
  readonly field: string

  constructor(field: string, message: string) {
    // The name of an unknown member goes into answers and logs, so it must not carry a customer's number or a key.
    const name = field
      .split('.')
      .map((part) => (MEMBER_NAME.test(part) ? part : '?'))
      .join('.')
    super(`${name}: ${message}`)
    this.field = name
  }
}

/** The caller must try again, or let the dead-letter queue keep the notice. */
export class TryAgainError extends Error {
  override readonly name = 'TryAgainError'
  readonly code = 'ERR_TRY_AGAIN'
}

/** A request to an AWS service failed. Nothing was sent to WeChat Pay. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
  readonly code = 'ERR_UNAVAILABLE'
}

/** For a `catch`: throws UnavailableError with only the name of the SDK's error. */
export const unavailableOf =
  (service: string) =>
  (error: unknown): never => {
    throw new UnavailableError(`${service} says ${error instanceof Error ? error.name : 'unknown error'}`)
  }
