/** Index of the greatest; of equals the first, so that the choice is the same everywhere. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i
  return best
}

/** Label → probability, in the labels' order. */
export function probabilityRecord(
  labels: readonly string[],
  probabilities: ArrayLike<number>,
): Record<string, number> {
  return Object.fromEntries(labels.map((label, i) => [label, probabilities[i]]))
}
