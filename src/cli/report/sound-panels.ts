import { PICTURE_RANGE_DBFS, PICTURE_TOP_HZ, type AudioPicture } from './audio-picture.js'
import { coordinate, PLOT } from './time-axis.js'

export const WAVEFORM_HEIGHT = 96
export const SPECTROGRAM_HEIGHT = 156

const KHZ_TICKS = [0, 2, 4, 6, 8]

/** The envelope of the samples, full scale = the panel's height. */
export function waveformPanel({ envelope }: AudioPicture, top: number): string {
  const middle = top + WAVEFORM_HEIGHT / 2
  const half = WAVEFORM_HEIGHT / 2
  const step = (PLOT.right - PLOT.left) / envelope.length
  const at = (i: number, value: number): string =>
    `${coordinate(PLOT.left + (i + 0.5) * step)} ${coordinate(middle - value * half)}`
  const upper = envelope.map(({ high }, i) => at(i, high))
  const lower = envelope.map(({ low }, i) => at(i, low)).reverse()
  return `<g><title>Waveform, full scale ±1</title>
${frame(top, WAVEFORM_HEIGHT)}
<path class="wave" d="M${[...upper, ...lower].join('L')}Z"/>
<text class="tick" x="${PLOT.left - 8}" y="${top + 8}" text-anchor="end">1</text>
<text class="tick" x="${PLOT.left - 8}" y="${middle + 4}" text-anchor="end">0</text>
<text class="tick" x="${PLOT.left - 8}" y="${top + WAVEFORM_HEIGHT}" text-anchor="end">−1</text>
${sideLabel('waveform', middle)}</g>`
}

export function spectrogramPanel({ spectrogram }: AudioPicture, top: number): string {
  const data = Buffer.from(spectrogram).toString('base64')
  const [floor, ceiling] = PICTURE_RANGE_DBFS
  const ticks = KHZ_TICKS.map((khz) => {
    const y = top + SPECTROGRAM_HEIGHT * (1 - (khz * 1000) / PICTURE_TOP_HZ)
    return `<text class="tick" x="${PLOT.left - 8}" y="${coordinate(Math.max(top + 8, Math.min(y + 4, top + SPECTROGRAM_HEIGHT)))}" text-anchor="end">${khz}</text>`
  })
  return `<g><title>Spectrogram, ${floor} dBFS (dark) to ${ceiling} dBFS (bright)</title>
<image x="${PLOT.left}" y="${top}" width="${PLOT.right - PLOT.left}" height="${SPECTROGRAM_HEIGHT}" preserveAspectRatio="none" href="data:image/png;base64,${data}"/>
${ticks.join('')}
${sideLabel('kHz', top + SPECTROGRAM_HEIGHT / 2)}</g>`
}

export function frame(top: number, height: number): string {
  return `<rect class="frame" x="${PLOT.left}" y="${top}" width="${PLOT.right - PLOT.left}" height="${height}"/>`
}

/** What a panel shows, written upwards along its left side. */
export function sideLabel(text: string, middle: number): string {
  return `<text class="side" transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${text}</text>`
}
