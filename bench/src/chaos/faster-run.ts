import { findProgram } from '../../../test/support/require-part.js'

/** A run of the agent with its clocks made to run faster. */
export interface FasterRun {
  /** Of audio. */
  readonly hours: number
  /** Times real time. */
  readonly speed: number
  readonly seed: number
}

/** @returns why there can be no such run; undefined: there can */
export function misfitOf({ hours, speed, seed }: FasterRun): string | undefined {
  if (hours > 0 && speed >= 1 && Number.isSafeInteger(seed)) return undefined
  return 'hours are above 0, speed is 1 or more, and the seed is a whole number'
}

/**
 * What it needs and this machine lacks.
 *
 * @param faketime as `findFaketime` found it
 */
export function missingParts(faketime: string | undefined): readonly string[] {
  return [
    ...['mosquitto', 'gcc'].filter((name) => findProgram(name) === undefined),
    ...(faketime === undefined ? ['faketime'] : []),
  ]
}
