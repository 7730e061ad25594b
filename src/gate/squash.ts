/** (−∞, ∞) → (0, 1), ½ at 0, in exact arithmetic only, unlike the logistic function. */
export function squash(x: number): number {
  return 0.5 + (0.5 * x) / (1 + Math.abs(x))
}
