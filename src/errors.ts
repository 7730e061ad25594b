/**
 * Errors that a person or a supervisor can act on. Each has a stable `code` (listed in docs/errors.md), a message
 * that names the thing, the value, what is allowed and what to do next, and the process's exit status.
 * Subclasses say who must act.
 */
export abstract class AffectdError extends Error {
  /** Status of a process that ends because of this error (sysexits.h). */
  abstract readonly exitCode: number

  constructor(
    /** Stable, upper-case, documented: `CONFIG_UNKNOWN_KEY`. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = new.target.name
  }
}

/** The command line was wrong: the caller mends it. */
export class UsageError extends AffectdError {
  readonly exitCode = 64
}

/** An input file or stream is missing, truncated or not what it claims to be. */
export class InputError extends AffectdError {
  readonly exitCode = 66
}

/** Audio cannot be captured: retry, then tell the supervisor. */
export class CaptureError extends AffectdError {
  readonly exitCode = 69
}

/** The broker cannot be reached or refuses: queue and back off; only one-shot commands exit with it. */
export class PublishError extends AffectdError {
  readonly exitCode = 69
}

/** Devices did not do what an operator asked of them: look at those that the output names. */
export class FleetError extends AffectdError {
  readonly exitCode = 69
}

/** The configuration is wrong: refuse to start and say what to mend. */
export class ConfigError extends AffectdError {
  readonly exitCode = 78
}

/** The model artefact is damaged or does not fit this build: refuse to start. */
export class ModelError extends AffectdError {
  readonly exitCode = 78
}

/** Our bug: crash loudly. */
export class InternalError extends AffectdError {
  readonly exitCode = 70
}

/** A caller inside the program passed an array of the wrong length. */
export class ShapeError extends InternalError {
  constructor(what: string, expected: number, actual: number) {
    super('INTERNAL_SHAPE', `${what} has length ${actual}, expected ${expected}`)
  }
}
