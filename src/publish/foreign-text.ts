const MOST_CHARACTERS = 200

/**
 * What somebody else said, fit for a log: one line of bounded length, without control characters, and without our
 * secrets, which a broker could be repeating.
 *
 * @param secrets the longest first where one holds another; undefined and empty ones hide nothing
 */
export function foreignText(text: string, secrets: readonly (string | undefined)[]): string {
  let shown = text
  for (const secret of secrets) {
    if (secret !== undefined && secret !== '') shown = shown.replaceAll(secret, '***')
  }
  const line = shown.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line
}
