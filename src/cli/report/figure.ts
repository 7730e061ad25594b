import type { AudioPicture } from './audio-picture.js'
import type { ReportDecision } from './decision.js'
import {
  CIRCUMPLEX_HEIGHT,
  circumplexPanel,
  DECISIONS_HEIGHT,
  decisionsPanel,
  probabilitiesHeight,
  probabilitiesPanel,
} from './emotion-panels.js'
import { SPECTROGRAM_HEIGHT, spectrogramPanel, WAVEFORM_HEIGHT, waveformPanel } from './sound-panels.js'
import { coordinate, PLOT, TimeAxis } from './time-axis.js'

const GAP = 14

/** One recording: waveform, spectrogram, labels, probabilities, arousal and valence over one time axis, as SVG. */
export function figure(
  picture: AudioPicture,
  decisions: readonly ReportDecision[],
  labels: readonly string[],
): string {
  const axis = new TimeAxis(picture.durationS)
  const waveform = 4
  const spectrogram = waveform + WAVEFORM_HEIGHT + GAP
  const boxes = spectrogram + SPECTROGRAM_HEIGHT + GAP
  const rows = boxes + DECISIONS_HEIGHT + GAP / 2
  const circumplex = rows + probabilitiesHeight(labels) + GAP
  const bottom = circumplex + CIRCUMPLEX_HEIGHT
  return `<svg viewBox="0 0 ${PLOT.width} ${bottom + 40}" role="img" aria-label="Waveform, spectrogram and emotion over time">
<defs><pattern id="abstained" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="8" class="hatch"/></pattern></defs>
${waveformPanel(picture, waveform)}
${spectrogramPanel(picture, spectrogram)}
${decisionsPanel(decisions, labels, axis, boxes)}
${probabilitiesPanel(decisions, labels, axis, rows)}
${circumplexPanel(decisions, axis, circumplex)}
${timeTicks(axis, bottom)}
</svg>`
}

function timeTicks(axis: TimeAxis, top: number): string {
  const ticks = axis.ticks().map((seconds) => {
    const x = coordinate(axis.x(seconds))
    return `<line class="axis" x1="${x}" x2="${x}" y1="${top}" y2="${top + 5}"/><text class="tick" x="${x}" y="${top + 18}" text-anchor="middle">${coordinate(seconds)}</text>`
  })
  const middle = (PLOT.left + PLOT.right) / 2
  return `<g>${ticks.join('')}<text class="axis-name" x="${middle}" y="${top + 35}" text-anchor="middle">time, s</text></g>`
}
