import { escapeHtml } from '../../../src/cli/report/escape.js'
import { coordinate } from '../../../src/cli/report/time-axis.js'
import { legend, seriesColour, svgPicture } from './plot-svg.js'

export interface Bar {
  readonly value: number
  /** Ends of its interval, if one is known. */
  readonly interval?: readonly [number, number]
}

export interface BarChart {
  readonly title: string
  readonly valueName: string
  /** Bars of a group stand beside each other, one a series. */
  readonly series: readonly string[]
  readonly groups: readonly { readonly name: string; readonly bars: readonly (Bar | null)[] }[]
  readonly ticks: readonly number[]
}

const LEFT = 112
const PLOT_WIDTH = 420
const TOP = 40
const BAR_HEIGHT = 13
const GROUP_GAP = 8

/** Level bars from the first tick on, with whiskers over their intervals. */
export function barChartSvg({ title, valueName, series, groups, ticks }: BarChart): string {
  const from = Math.min(...ticks)
  const to = Math.max(...ticks)
  const xOf = (value: number): number =>
    LEFT + (PLOT_WIDTH * (Math.min(to, Math.max(from, value)) - from)) / (to - from)
  const groupHeight = series.length * BAR_HEIGHT + GROUP_GAP
  const bottom = TOP + groups.length * groupHeight
  const grid = ticks.map(
    (tick) =>
      `<line x1="${coordinate(xOf(tick))}" x2="${coordinate(xOf(tick))}" y1="${TOP - 6}" y2="${bottom}" stroke="#e3e7eb"/>` +
      `<text x="${coordinate(xOf(tick))}" y="${bottom + 16}" text-anchor="middle" fill="#59636e">${tick}</text>`,
  )
  const bars = groups.map(({ name, bars }, g) => {
    const top = TOP + g * groupHeight
    const middle = top + (series.length * BAR_HEIGHT) / 2 + 4
    const drawn = bars.map((bar, s) => (bar ? oneBar(bar, top + s * BAR_HEIGHT, seriesColour(s), xOf) : ''))
    return `<text x="${LEFT - 8}" y="${middle}" text-anchor="end">${escapeHtml(name)}</text>${drawn.join('')}`
  })
  const named = series.length > 1
  return svgPicture(LEFT + PLOT_WIDTH + 60, bottom + (named ? 62 : 42), title, [
    ...grid,
    ...bars,
    `<text x="${LEFT + PLOT_WIDTH / 2}" y="${bottom + 34}" text-anchor="middle" fill="#59636e">${escapeHtml(valueName)}</text>`,
    named ? legend(series, LEFT, bottom + 54, PLOT_WIDTH / series.length) : '',
  ])
}

function oneBar(
  { value, interval }: Bar,
  top: number,
  colour: string,
  xOf: (value: number) => number,
): string {
  const y = top + BAR_HEIGHT / 2
  const whisker = interval
    ? `<line x1="${coordinate(xOf(interval[0]))}" x2="${coordinate(xOf(interval[1]))}" y1="${y}" y2="${y}" stroke="#1b1f24" stroke-width="1.5"/>`
    : ''
  const end = Math.max(xOf(value), interval ? xOf(interval[1]) : 0)
  return (
    `<rect x="${LEFT}" y="${top + 1}" width="${coordinate(xOf(value) - LEFT)}" height="${BAR_HEIGHT - 2}" rx="2" fill="${colour}" fill-opacity="0.85"/>${whisker}` +
    `<text x="${coordinate(end + 5)}" y="${top + BAR_HEIGHT - 3}" font-size="10">${value.toFixed(1)}</text>`
  )
}
