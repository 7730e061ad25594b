/**
 * Area under the ROC curve: the chance that a positive scores above a negative, equal scores counting half.
 *
 * @param isPositive one a score
 * @returns NaN if either class is empty
 * @see Fawcett 2006, "An introduction to ROC analysis"
 */
export function areaUnderCurve(scores: readonly number[], isPositive: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  let positives = 0
  let rankSum = 0
  for (let first = 0; first < order.length;) {
    let end = first
    while (end < order.length && scores[order[end]!] === scores[order[first]!]) end++
    const sharedRank = (first + 1 + end) / 2
    for (let i = first; i < end; i++) {
      if (!isPositive[order[i]!]) continue
      positives++
      rankSum += sharedRank
    }
    first = end
  }
  const negatives = scores.length - positives
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}
