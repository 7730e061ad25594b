import { escapeHtml } from '../../../src/cli/report/escape.js'
import { coordinate } from '../../../src/cli/report/time-axis.js'

/** Told apart by lightness too, and named in the legend. */
export const SERIES_COLOURS = ['#0c447c', '#cf5a17', '#16877a', '#8f5ad6', '#a87900', '#b0479a'] as const

/** A picture with its title, on white, whatever page it stands on. */
export function svgPicture(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" font-family="system-ui, sans-serif" font-size="12" fill="#1b1f24">`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<text x="8" y="20" font-size="14" font-weight="600">${escapeHtml(title)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

/** Where values lie within a picture; `y` grows upwards. */
export interface PlotArea {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly yFrom: number
  readonly yTo: number
}

export function yOf({ top, height, yFrom, yTo }: PlotArea, value: number): number {
  return top + height * (1 - (Math.min(yTo, Math.max(yFrom, value)) - yFrom) / (yTo - yFrom))
}

/** Level lines with their values, and what the axis shows. */
export function yAxis(area: PlotArea, name: string, ticks: readonly number[], unit = ''): string {
  const lines = ticks.map((tick) => {
    const y = coordinate(yOf(area, tick))
    return (
      `<line x1="${area.left}" x2="${area.left + area.width}" y1="${y}" y2="${y}" stroke="#e3e7eb"/>` +
      `<text x="${area.left - 6}" y="${coordinate(yOf(area, tick) + 4)}" text-anchor="end" fill="#59636e">${tick}${unit}</text>`
    )
  })
  const middle = area.top + area.height / 2
  return `${lines.join('')}<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle" fill="#59636e">${escapeHtml(name)}</text>`
}

/** Names of the series in a row below the plot. */
export function legend(names: readonly string[], left: number, y: number, step = 150): string {
  return names
    .map((name, i) => {
      const x = left + i * step
      return `<rect x="${x}" y="${y - 9}" width="12" height="10" rx="2" fill="${seriesColour(i)}"/><text x="${x + 18}" y="${y}">${escapeHtml(name)}</text>`
    })
    .join('')
}

export function seriesColour(index: number): string {
  return SERIES_COLOURS[index % SERIES_COLOURS.length] as string
}
