/** The part of a decision window's event that a clip's decision rests on. */
export interface WindowDecision {
  readonly probabilities: readonly number[]
  readonly speechMs: number
  /** The device would not act on it. */
  readonly abstained: boolean
}

/**
 * One decision for a whole clip: the mean of its windows' probabilities, weighted by the speech in each. Also counts
 * windows on which the device abstains, so that no clip is left out of the figures.
 */
export function clipProbabilities(
  windows: readonly Pick<WindowDecision, 'probabilities' | 'speechMs'>[],
): number[] {
  const labels = windows[0]?.probabilities.length ?? 0
  const weightOf = ({ speechMs }: { readonly speechMs: number }): number => Math.max(speechMs, 1)
  const total = windows.reduce((sum, window) => sum + weightOf(window), 0)
  return Array.from({ length: labels }, (_, k) =>
    windows.reduce(
      (sum, window) => sum + ((window.probabilities[k] as number) * weightOf(window)) / total,
      0,
    ),
  )
}
