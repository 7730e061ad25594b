/** Logits of a clip's windows and its class. */
export interface LogitOutcome {
  readonly truth: number
  readonly logits: readonly number[]
}

/**
 * Temperature that minimises the negative log-likelihood, by golden-section search on its logarithm. Fitted on
 * speakers the network has not seen.
 *
 * @see Guo et al. 2017
 */
export function fitTemperature(outcomes: readonly LogitOutcome[]): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let low = Math.log(0.2)
  let high = Math.log(10)
  while (high - low > 1e-4) {
    const a = high - ratio * (high - low)
    const b = low + ratio * (high - low)
    if (negativeLogLikelihood(outcomes, Math.exp(a)) < negativeLogLikelihood(outcomes, Math.exp(b))) high = b
    else low = a
  }
  return Number(Math.exp((low + high) / 2).toFixed(4))
}

function negativeLogLikelihood(outcomes: readonly LogitOutcome[], temperature: number): number {
  return outcomes.reduce((sum, { truth, logits }) => {
    const largest = Math.max(...logits)
    const total = logits.reduce((acc, x) => acc + Math.exp((x - largest) / temperature), 0)
    return sum + Math.log(total) - ((logits[truth] as number) - largest) / temperature
  }, 0)
}
