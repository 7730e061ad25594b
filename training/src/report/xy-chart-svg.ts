import { escapeHtml } from '../../../src/cli/report/escape.js'
import { coordinate } from '../../../src/cli/report/time-axis.js'
import { seriesColour, svgPicture, yAxis, yOf, type PlotArea } from './plot-svg.js'

export interface XyPoint {
  readonly x: number
  readonly y: number
  /** Told where the pointer rests. */
  readonly title: string
  /** Drawn large, with the intervals below. */
  readonly isMarked?: boolean
  readonly xInterval?: readonly [number, number]
  readonly yInterval?: readonly [number, number]
}

export interface XyChart {
  readonly title: string
  readonly xName: string
  readonly yName: string
  /** All at least 0. Values lie by their square roots: what is near 0 has room. */
  readonly xTicks: readonly number[]
  readonly yTicks: readonly number[]
  readonly series: readonly {
    readonly name: string
    readonly points: readonly XyPoint[]
    readonly hasLine: boolean
  }[]
  /** An upright dashed line, such as a limit. */
  readonly xLimit?: { readonly x: number; readonly name: string }
}

const WIDTH = 620
const AREA = { left: 56, top: 40, width: WIDTH - 80, height: 300 } as const
const LEGEND_COLUMNS = 2

/** Series over a horizontal axis of square roots. */
export function xyChartSvg(chart: XyChart): string {
  const { xTicks, yTicks, series, xLimit } = chart
  const area: PlotArea = { ...AREA, yFrom: Math.min(...yTicks), yTo: Math.max(...yTicks) }
  const xMost = Math.max(...xTicks)
  const xOf = (x: number): number =>
    area.left + area.width * Math.sqrt(Math.min(xMost, Math.max(0, x)) / xMost)
  const bottom = area.top + area.height
  const ticks = xTicks.map(
    (tick) =>
      `<line x1="${coordinate(xOf(tick))}" x2="${coordinate(xOf(tick))}" y1="${area.top}" y2="${bottom}" stroke="#e3e7eb"/>` +
      `<text x="${coordinate(xOf(tick))}" y="${bottom + 16}" text-anchor="middle" fill="#59636e">${tick}</text>`,
  )
  const limit = xLimit
    ? `<line x1="${coordinate(xOf(xLimit.x))}" x2="${coordinate(xOf(xLimit.x))}" y1="${area.top}" y2="${bottom}" stroke="#1b1f24" stroke-dasharray="4 4"/>` +
      `<text x="${coordinate(xOf(xLimit.x) + 5)}" y="${bottom - 8}" fill="#59636e">${escapeHtml(xLimit.name)}</text>`
    : ''
  const rows = Math.ceil(series.length / LEGEND_COLUMNS)
  return svgPicture(WIDTH, bottom + 46 + 18 * rows, chart.title, [
    yAxis(area, chart.yName, yTicks),
    ...ticks,
    limit,
    `<text x="${area.left + area.width / 2}" y="${bottom + 34}" text-anchor="middle" fill="#59636e">${escapeHtml(chart.xName)}</text>`,
    ...series.map(({ points, hasLine }, s) => oneSeries(points, hasLine, seriesColour(s), area, xOf)),
    ...legendRows(
      series.map(({ name }) => name),
      area.left,
      bottom + 56,
    ),
  ])
}

function oneSeries(
  points: readonly XyPoint[],
  hasLine: boolean,
  colour: string,
  area: PlotArea,
  xOf: (x: number) => number,
): string {
  const at = ({ x, y }: XyPoint): string => `${coordinate(xOf(x))},${coordinate(yOf(area, y))}`
  const line = hasLine
    ? `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(at).join(' ')}"/>`
    : ''
  const dots = points.map((point) => {
    const [x, y] = [coordinate(xOf(point.x)), coordinate(yOf(area, point.y))]
    const { xInterval, yInterval } = point
    const whiskers = [
      xInterval
        ? `<line x1="${coordinate(xOf(xInterval[0]))}" x2="${coordinate(xOf(xInterval[1]))}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="1.5"/>`
        : '',
      yInterval
        ? `<line x1="${x}" x2="${x}" y1="${coordinate(yOf(area, yInterval[0]))}" y2="${coordinate(yOf(area, yInterval[1]))}" stroke="${colour}" stroke-width="1.5"/>`
        : '',
    ].join('')
    return `${whiskers}<circle cx="${x}" cy="${y}" r="${point.isMarked === true ? 6 : 2.5}" fill="${colour}"><title>${escapeHtml(point.title)}</title></circle>`
  })
  return `${line}${dots.join('')}`
}

function legendRows(names: readonly string[], left: number, y: number): string[] {
  const step = AREA.width / LEGEND_COLUMNS
  return names.map((name, i) => {
    const x = left + (i % LEGEND_COLUMNS) * step
    const top = y + 18 * Math.floor(i / LEGEND_COLUMNS)
    return `<rect x="${x}" y="${top - 9}" width="12" height="10" rx="2" fill="${seriesColour(i)}"/><text x="${x + 18}" y="${top}">${escapeHtml(name)}</text>`
  })
}
