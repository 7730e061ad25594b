/** What a pattern may consist of: the characters of a device id, `*` and `?`. */
export const GLOB = /^[A-Za-z0-9_*?-]{1,64}$/

/**
 * Whether a text matches a pattern in which `*` stands for any number of characters and `?` for one. Goes back to the
 * last `*` only, so that no pattern takes longer than the product of both lengths.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  let at = 0
  let next = 0
  let star = -1
  let starAt = 0
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next++
      starAt = at
    } else if (pattern[next] === '?' || (next < pattern.length && pattern[next] === text[at])) {
      at += 1
      next += 1
    } else if (star >= 0) {
      next = star + 1
      at = ++starAt
    } else return false
  }
  while (pattern[next] === '*') next += 1
  return next === pattern.length
}
