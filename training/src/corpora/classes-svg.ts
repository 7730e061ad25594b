import { escapeHtml } from '../../../src/cli/report/escape.js'
import { labelColour } from '../../../src/cli/report/label-colour.js'
import { UNIFIED_LABELS } from './clip.js'
import type { CorpusReport } from './stats-table.js'

const LEFT = 132
const TOP = 76
const COLUMN = 84
const ROW = 64
/** Of the disc of the largest count; areas are as the counts. */
const LARGEST_RADIUS = 25

/** Classes × corpora as a picture: the area of a disc is the number of clips, which stands beside it. */
export function classesSvg(reports: readonly CorpusReport[]): string {
  const present = reports.flatMap(({ corpus, stats }) => (stats ? [{ corpus, stats }] : []))
  const largest = Math.max(1, ...present.flatMap(({ stats }) => Object.values(stats.classes)))
  const width = LEFT + UNIFIED_LABELS.length * COLUMN + 12
  const height = TOP + present.length * ROW + 34
  const columns = UNIFIED_LABELS.map((label, i) => {
    const x = LEFT + (i + 0.5) * COLUMN
    return `<text x="${x}" y="${TOP - 14}" text-anchor="middle" font-weight="600" fill="${labelColour(label, i)}">${label}</text>`
  })
  const rows = present.flatMap(({ corpus, stats }, row) => {
    const y = TOP + (row + 0.5) * ROW
    return [
      `<line x1="8" x2="${width - 8}" y1="${y + ROW / 2}" y2="${y + ROW / 2}" stroke="#d8dee4"/>`,
      `<text x="8" y="${y - 3}" font-weight="600">${escapeHtml(corpus.title)}</text>`,
      `<text x="8" y="${y + 13}" fill="#59636e">${stats.clips} clips, ${stats.hours.toFixed(1)} h</text>`,
      ...UNIFIED_LABELS.map((label, i) =>
        disc(LEFT + (i + 0.5) * COLUMN, y, label, i, stats.classes[label], largest),
      ),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" font-family="system-ui, sans-serif" font-size="12" fill="#1b1f24">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="8" y="22" font-size="15" font-weight="600">What the corpora teach: clips of each class</text>`,
    ...columns,
    ...rows,
    `<text x="8" y="${height - 12}" fill="#59636e">–: the corpus does not tell this class apart, and says nothing about it</text>`,
    '</svg>',
    '',
  ].join('\n')
}

function disc(
  x: number,
  y: number,
  label: string,
  index: number,
  count: number | undefined,
  largest: number,
): string {
  if (!count) return `<text x="${x}" y="${y + 4}" text-anchor="middle" fill="#59636e">–</text>`
  const radius = LARGEST_RADIUS * Math.sqrt(count / largest)
  return (
    `<circle cx="${x}" cy="${y - 6}" r="${radius.toFixed(1)}" fill="${labelColour(label, index)}" fill-opacity="0.3"/>` +
    `<text x="${x}" y="${y - 2}" text-anchor="middle">${count}</text>`
  )
}
