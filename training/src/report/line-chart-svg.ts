import { escapeHtml } from '../../../src/cli/report/escape.js'
import { coordinate } from '../../../src/cli/report/time-axis.js'
import { legend, seriesColour, svgPicture, yAxis, yOf, type PlotArea } from './plot-svg.js'

export interface LineChart {
  readonly title: string
  readonly xName: string
  readonly yName: string
  /** Names of the places along the x axis, evenly spaced. */
  readonly places: readonly string[]
  readonly yTicks: readonly number[]
  /** `values[i]` belongs to `places[i]`; null leaves a gap. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
}

const WIDTH = 560
const AREA = { left: 56, top: 40, width: WIDTH - 80, height: 240 } as const

/** A line for each series, a dot for each value. */
export function lineChartSvg(chart: LineChart): string {
  const { places, series, yTicks } = chart
  const area: PlotArea = { ...AREA, yFrom: Math.min(...yTicks), yTo: Math.max(...yTicks) }
  const xOf = (i: number): number => area.left + ((i + 0.5) * area.width) / Math.max(1, places.length)
  const bottom = area.top + area.height
  const lines = series.map(({ name, values }, s) => {
    const points = values.flatMap((value, i) =>
      value === null ? [] : [{ x: coordinate(xOf(i)), y: coordinate(yOf(area, value)), value, i }],
    )
    const dots = points.map(
      ({ x, y, value, i }) =>
        `<circle cx="${x}" cy="${y}" r="3.5" fill="${seriesColour(s)}"><title>${escapeHtml(`${name}, ${places[i] ?? ''}: ${value.toFixed(3)}`)}</title></circle>`,
    )
    return `<polyline fill="none" stroke="${seriesColour(s)}" stroke-width="2" points="${points.map(({ x, y }) => `${x},${y}`).join(' ')}"/>${dots.join('')}`
  })
  return svgPicture(WIDTH, bottom + 66, chart.title, [
    yAxis(area, chart.yName, yTicks),
    ...places.map(
      (place, i) =>
        `<text x="${coordinate(xOf(i))}" y="${bottom + 16}" text-anchor="middle" fill="#59636e">${escapeHtml(place)}</text>`,
    ),
    `<text x="${area.left + area.width / 2}" y="${bottom + 34}" text-anchor="middle" fill="#59636e">${escapeHtml(chart.xName)}</text>`,
    ...lines,
    legend(
      series.map(({ name }) => name),
      area.left,
      bottom + 56,
      Math.min(150, area.width / Math.max(1, series.length)),
    ),
  ])
}
