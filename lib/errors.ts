/** The deployment must be mended: environment, secret or role. Nothing was sent. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'ERR_CONFIG'
}

const MEMBER_NAME = /^[A-Za-z_-]{1,24}\d{0,2}$/

/** The caller's input is wrong in the named field. Nothing was sent, nothing was written. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code = 'ERR_INPUT'
  readonly field: string

  constructor(field: string, message: string) {
    // Whoever wrote it may have put a customer's number or a key in a name's place, and it goes into answers and logs.
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

/** A service of AWS could not be asked now. Nothing was sent. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
  readonly code = 'ERR_UNAVAILABLE'
}

/** For a `catch`: what the SDK threw, told by its name alone. */
export const unavailableOf =
  (service: string) =>
  (error: unknown): never => {
    throw new UnavailableError(`${service} says ${error instanceof Error ? error.name : 'unknown error'}`)
  }
