import { escapeHtml } from '../../../src/cli/report/escape.js'
import type { Metrics } from './metrics.js'

const CELL = 52
const LEFT = 96
const TOP = 64

/** A confusion matrix as a picture: rows are the truth; shade and figure are the share of the row, in per cent. */
export function confusionSvg(metrics: Metrics, title: string): string {
  const labels = metrics.perClass.map((c) => c.label)
  const size = labels.length * CELL
  const cells = metrics.confusion.flatMap((row, i) => {
    const total = row.reduce((sum, n) => sum + n, 0)
    return row.map((count, j) => {
      const share = total > 0 ? count / total : 0
      const x = LEFT + j * CELL
      const y = TOP + i * CELL
      const ink = share > 0.55 ? '#ffffff' : '#1b1f24'
      return (
        `<g><title>${escapeHtml(labels[i] as string)} decided ${escapeHtml(labels[j] as string)}: ${count} of ${total}</title>` +
        `<rect x="${x}" y="${y}" width="${CELL - 2}" height="${CELL - 2}" rx="4" fill="${shade(share)}"/>` +
        `<text x="${x + CELL / 2 - 1}" y="${y + CELL / 2 + 4}" text-anchor="middle" fill="${ink}">${Math.round(share * 100)}</text></g>`
      )
    })
  })
  const rows = labels.map(
    (label, i) =>
      `<text x="${LEFT - 8}" y="${TOP + i * CELL + CELL / 2 + 4}" text-anchor="end">${escapeHtml(label)}</text>`,
  )
  const columns = labels.map(
    (label, j) =>
      `<text transform="translate(${LEFT + j * CELL + CELL / 2} ${TOP - 8}) rotate(-30)">${escapeHtml(label.slice(0, 9))}</text>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + size + 40} ${TOP + size + 52}" width="${LEFT + size + 40}" font-family="system-ui, sans-serif" font-size="12" fill="#1b1f24">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="8" y="18" font-size="14" font-weight="600">${escapeHtml(title)}</text>`,
    ...columns,
    ...rows,
    ...cells,
    `<text x="8" y="${TOP + size + 22}">rows: truth; columns: decision; per cent of the row</text>`,
    `<text x="8" y="${TOP + size + 40}">UA ${percent(metrics.ua)}, WA ${percent(metrics.wa)}, ${metrics.clips} clips</text>`,
    '</svg>',
    '',
  ].join('\n')
}

/** From near white to a dark blue, even in lightness. */
function shade(share: number): string {
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * share)
  return `rgb(${mix(240, 12)},${mix(245, 68)},${mix(250, 124)})`
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
