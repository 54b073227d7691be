/** The deployment must be mended: environment, secret or role. Nothing was sent. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'ERR_CONFIG'
}

/** The caller's input is wrong in the named field. Nothing was sent, nothing was written. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code = 'ERR_INPUT'
  readonly field: string

  constructor(field: string, message: string) {
    // It may be a name that somebody made up, and goes into answers and logs.
    const name = field.replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 64)
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
