import { decimal, describeDecision, percent, type ReportDecision } from './decision.js'
import { escapeHtml } from './escape.js'
import { labelColour } from './label-colour.js'
import { frame, sideLabel } from './sound-panels.js'
import { coordinate, PLOT, type TimeAxis } from './time-axis.js'

export const DECISIONS_HEIGHT = 30
export const CIRCUMPLEX_HEIGHT = 84
const ROW_HEIGHT = 16
/** Widths of a character of the label text, in the figure's units; generous. */
const CHARACTER_WIDTH = 7

export function probabilitiesHeight(labels: readonly string[]): number {
  return labels.length * ROW_HEIGHT
}

/** A decision's stretch of the axis: from its start until the next one begins, at most until its end. */
interface Stretch {
  readonly decision: ReportDecision
  readonly x: number
  readonly width: number
}

function stretches(decisions: readonly ReportDecision[], axis: TimeAxis): readonly Stretch[] {
  return decisions.map((decision, i) => {
    const next = decisions.at(i + 1)?.startS ?? Infinity
    const x = axis.x(decision.startS)
    // A line at least, so that no decision is invisible in a long recording.
    return { decision, x, width: Math.max(1, axis.x(Math.min(decision.endS, next)) - x) }
  })
}

/** One box a decision, in its label's colour; hatched where affectd abstained. */
export function decisionsPanel(
  decisions: readonly ReportDecision[],
  labels: readonly string[],
  axis: TimeAxis,
  top: number,
): string {
  const boxes = stretches(decisions, axis).map(({ decision, x, width }) => {
    const { label, abstained } = decision.event
    const colour = labelColour(label, labels.indexOf(label))
    const box = `x="${coordinate(x)}" y="${top}" width="${coordinate(width)}" height="${DECISIONS_HEIGHT}" rx="3"`
    const fits = width > label.length * CHARACTER_WIDTH + 8
    const text = `<text class="on-colour" x="${coordinate(x + width / 2)}" y="${top + DECISIONS_HEIGHT / 2 + 4}" text-anchor="middle">${escapeHtml(label)}</text>`
    return `<g><title>${escapeHtml(describeDecision(decision))}</title><rect class="box" ${box} fill="${colour}"/>${
      abstained ? `<rect ${box} fill="url(#abstained)"/>` : ''
    }${fits ? text : ''}</g>`
  })
  return `<g>${boxes.join('\n')}\n${sideLabel('label', top + DECISIONS_HEIGHT / 2)}</g>`
}

/** A row for each label: the stronger the colour, the more probable. */
export function probabilitiesPanel(
  decisions: readonly ReportDecision[],
  labels: readonly string[],
  axis: TimeAxis,
  top: number,
): string {
  const strips = stretches(decisions, axis)
  const rows = labels.map((label, row) => {
    const y = top + row * ROW_HEIGHT
    const cells = strips.map(({ decision, x, width }) => {
      const probability = decision.event.probabilities[label] ?? 0
      return `<rect x="${coordinate(x)}" y="${y + 1}" width="${coordinate(width)}" height="${ROW_HEIGHT - 2}" fill="${labelColour(label, row)}" fill-opacity="${coordinate(probability)}"><title>${escapeHtml(label)} ${percent(probability)}</title></rect>`
    })
    return `<text class="tick" x="${PLOT.left - 8}" y="${y + 12}" text-anchor="end">${escapeHtml(label)}</text>${cells.join('')}`
  })
  return `<g>${frame(top, probabilitiesHeight(labels))}\n${rows.join('\n')}</g>`
}

/** Arousal (solid) and valence (dashed), each decision as a level line over its stretch. */
export function circumplexPanel(decisions: readonly ReportDecision[], axis: TimeAxis, top: number): string {
  const middle = top + CIRCUMPLEX_HEIGHT / 2
  const strips = stretches(decisions, axis)
  const line = (kind: 'arousal' | 'valence'): string =>
    strips
      .map(({ decision, x, width }) => {
        const value = decision.event[kind]
        const y = coordinate(middle - (value * CIRCUMPLEX_HEIGHT) / 2)
        return `<line class="${kind}" x1="${coordinate(x)}" x2="${coordinate(x + width)}" y1="${y}" y2="${y}"><title>${kind} ${decimal(value, 2)}</title></line>`
      })
      .join('')
  return `<g>${frame(top, CIRCUMPLEX_HEIGHT)}
<line class="zero" x1="${PLOT.left}" x2="${PLOT.right}" y1="${middle}" y2="${middle}"/>
${line('arousal')}
${line('valence')}
<text class="tick" x="${PLOT.left - 8}" y="${top + 10}" text-anchor="end">+1</text>
<text class="tick" x="${PLOT.left - 8}" y="${middle + 4}" text-anchor="end">0</text>
<text class="tick" x="${PLOT.left - 8}" y="${top + CIRCUMPLEX_HEIGHT}" text-anchor="end">−1</text>
${sideLabel('arousal, valence', middle)}</g>`
}
