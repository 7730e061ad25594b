import { InternalError } from '../errors.js'

/** Probabilities travel in steps of one millionth. */
const PROBABILITY_STEPS = 1_000_000

/**
 * A number as it goes into JSON, rounded to so many decimals; never −0.
 *
 * @throws {InternalError} INTERNAL_NOT_FINITE: JSON would say `null`, which no subscriber expects
 */
export function roundTo(value: number, decimals: number): number {
  if (!Number.isFinite(value)) {
    throw new InternalError('INTERNAL_NOT_FINITE', `a payload's number is ${value}, expected a finite one`)
  }
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale + 0
}

/**
 * Probabilities in whole millionths, by largest remainder, so that they still sum to 1 after rounding and `label` is
 * still their only maximum.
 *
 * @param probabilities one entry a label, each ≥ 0, sum near 1 (it is divided by the sum); key order is kept
 * @param label         argmax of `probabilities`
 * @throws {InternalError} INTERNAL_PROBABILITIES if one is negative or not finite, all are 0, or `label` is not a key
 */
export function roundProbabilities(
  probabilities: Readonly<Record<string, number>>,
  label: string,
): Record<string, number> {
  const labels = Object.keys(probabilities)
  const labelIndex = labels.indexOf(label)
  const values = labels.map((name) => probabilities[name] as number)
  const sum = values.reduce((total, value) => total + value, 0)
  if (labelIndex < 0 || !values.every((value) => value >= 0) || !(sum > 0 && sum < Infinity)) {
    throw new InternalError(
      'INTERNAL_PROBABILITIES',
      `${JSON.stringify(probabilities)} with label ${JSON.stringify(label)} is no distribution over its labels`,
    )
  }
  const exact = values.map((value) => (value / sum) * PROBABILITY_STEPS)
  const steps = exact.map(Math.floor)
  let missing = PROBABILITY_STEPS - steps.reduce((total, value) => total + value, 0)
  const byRemainder = labels.map((_, i) => i).sort((a, b) => remainder(exact, b) - remainder(exact, a))
  for (const i of byRemainder) {
    if (missing <= 0) break
    steps[i] = (steps[i] as number) + 1
    missing -= 1
  }
  // Division can leave the floors one step off either way when the sum is not exactly representable.
  steps[labelIndex] = (steps[labelIndex] as number) + missing
  liftAbove(steps, labelIndex)
  return Object.fromEntries(labels.map((name, i) => [name, (steps[i] as number) / PROBABILITY_STEPS]))
}

function remainder(exact: readonly number[], i: number): number {
  const value = exact[i] as number
  return value - Math.floor(value)
}

/** Moves single steps to `index` until no other is as large: two equal maxima would leave the argmax to the reader. */
function liftAbove(steps: number[], index: number): void {
  for (;;) {
    const rival = steps.findIndex((value, i) => i !== index && value >= (steps[index] as number))
    if (rival < 0) return
    steps[rival] = (steps[rival] as number) - 1
    steps[index] = (steps[index] as number) + 1
  }
}
