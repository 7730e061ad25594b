/**
 * The key that was probably meant: the one in the fewest edits, if they are few for its length.
 *
 * @param wrong dotted, as it was written
 */
export function nearestKey(wrong: string, keys: Iterable<string>): string | undefined {
  // Bounds the work that hostile input can cause; no key is nearly as long.
  if (wrong.length > 80) return undefined
  let best: string | undefined
  let bestDistance = Infinity
  for (const key of keys) {
    // The right name in the wrong group is a likely slip too.
    const isSameLeaf = leaf(key) === leaf(wrong)
    const distance = isSameLeaf ? Math.min(2, editDistance(wrong, key)) : editDistance(wrong, key)
    if (distance >= bestDistance) continue
    best = key
    bestDistance = distance
  }
  return best !== undefined && bestDistance <= Math.max(2, Math.floor(best.length / 3)) ? best : undefined
}

function leaf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1)
}

/** Insertions, deletions and substitutions from one to the other (Levenshtein 1966). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]
}
