/**
 * Columns parted by two spaces, each as wide as its widest cell; the last one is not padded.
 *
 * @param alignRight columns of numbers
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignRight: readonly string[] = [],
): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)))
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, i) => (alignRight.includes(head[i]) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd()}\n`
  return [head, ...rows].map(line).join('')
}
