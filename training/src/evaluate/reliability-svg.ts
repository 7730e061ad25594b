import { coordinate } from '../../../src/cli/report/time-axis.js'
import { legend, seriesColour, svgPicture, yAxis, yOf, type PlotArea } from '../report/plot-svg.js'
import type { ReliabilityBin } from './reliability.js'

const AREA: PlotArea = { left: 56, top: 40, width: 320, height: 320, yFrom: 0, yTo: 1 }
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]

/** Accuracy over confidence; on the diagonal the confidence is deserved. A dot's area grows with its clips. */
export function reliabilitySvg(
  title: string,
  series: readonly { readonly name: string; readonly bins: readonly ReliabilityBin[] }[],
): string {
  const xOf = (value: number): number => AREA.left + AREA.width * value
  const bottom = AREA.top + AREA.height
  const lines = series.map(({ bins }, s) => {
    const total = bins.reduce((sum, { clips }) => sum + clips, 0)
    const points = bins
      .filter(({ clips }) => clips > 0)
      .map((bin) => ({ bin, x: coordinate(xOf(bin.confidence)), y: coordinate(yOf(AREA, bin.accuracy)) }))
    const dots = points.map(
      ({ bin, x, y }) =>
        `<circle cx="${x}" cy="${y}" r="${coordinate(2 + 16 * Math.sqrt(bin.clips / total))}" fill="${seriesColour(s)}" fill-opacity="0.35"><title>${bin.clips} clips: confidence ${bin.confidence.toFixed(2)}, accuracy ${bin.accuracy.toFixed(2)}</title></circle>`,
    )
    return `<polyline fill="none" stroke="${seriesColour(s)}" stroke-width="2" points="${points.map(({ x, y }) => `${x},${y}`).join(' ')}"/>${dots.join('')}`
  })
  return svgPicture(AREA.left + AREA.width + 72, bottom + 66, title, [
    yAxis(AREA, 'accuracy', TICKS),
    ...TICKS.map(
      (tick) =>
        `<text x="${coordinate(xOf(tick))}" y="${bottom + 16}" text-anchor="middle" fill="#59636e">${tick}</text>`,
    ),
    `<text x="${AREA.left + AREA.width / 2}" y="${bottom + 34}" text-anchor="middle" fill="#59636e">confidence</text>`,
    `<line x1="${AREA.left}" y1="${bottom}" x2="${AREA.left + AREA.width}" y2="${AREA.top}" stroke="#59636e" stroke-dasharray="4 4"/>`,
    ...lines,
    legend(
      series.map(({ name }) => name),
      AREA.left,
      bottom + 56,
      200,
    ),
  ])
}
