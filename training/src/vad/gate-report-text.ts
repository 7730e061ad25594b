import { escapeHtml } from '../../../src/cli/report/escape.js'
import type { ByDetector, FalseSpeechRow, FrameRow, LatencyRow, OpeningRow } from './gate-report.js'

/** All that a report holds. */
export interface GateReport {
  readonly command: string
  readonly machine: string
  readonly seed: number
  readonly model: { readonly id: string; readonly sha256: string }
  readonly detectors: readonly string[]
  readonly frames: readonly FrameRow[]
  readonly latencies: readonly LatencyRow[]
  readonly falseSpeech: readonly FalseSpeechRow[]
  readonly openings: ByDetector<readonly OpeningRow[]>
  /** Mean frame AUC over the noises at each SNR. */
  readonly means: ByDetector<{ readonly at10Db: number; readonly at0Db: number }>
}

export function meanAuc(frames: readonly FrameRow[], detector: string, snrDb: number): number {
  const rows = frames.filter((row) => row.snrDb === snrDb)
  return rows.reduce((sum, row) => sum + (row.auc[detector] as number), 0) / rows.length
}

export function reportMarkdown(report: GateReport): string {
  const { detectors } = report
  const of = <T>(figures: ByDetector<T>, show: (figure: T) => string): string[] =>
    detectors.map((name) => show(figures[name] as T))
  const ms = (value: number): string => (Number.isFinite(value) ? value.toFixed(0) : 'never')
  return [
    '# The gate’s detectors',
    '',
    `\`${report.command}\`, ${report.machine}, seed ${report.seed}; network: ${report.model.id}, sha256 ${report.model.sha256.slice(0, 12)}.`,
    '',
    'Speakers 12 to 16 of EMO-DB, whom no detector was fitted on; the recorded noises are of classes that none was',
    'trained on; babble is five voices of nEMO speakers that none was trained on. All detectors hear the same mixtures.',
    '',
    '## Speech against pause, area under the ROC curve, frames of 20 ms',
    '',
    ...table(
      ['noise', 'SNR dB', ...detectors],
      [
        ...report.frames.map((row) => [
          row.noise,
          row.snrDb === null ? '' : String(row.snrDb),
          ...of(row.auc, (auc) => auc.toFixed(3)),
        ]),
        ['mean of the noises', '10', ...of(report.means, ({ at10Db }) => at10Db.toFixed(3))],
        ['mean of the noises', '0', ...of(report.means, ({ at0Db }) => at0Db.toFixed(3))],
      ],
    ),
    '',
    '## Latency, ms: median / 95th percentile',
    '',
    'Onset: from the start of the first syllable until the gate says `speaking` (60 ms of speech are asked for). Offset:',
    'from the end of the last syllable until the score stays below the gate’s exit; the hangover comes on top.',
    '',
    ...table(
      ['noise', 'SNR dB', ...detectors.map((d) => `onset ${d}`), ...detectors.map((d) => `offset ${d}`)],
      report.latencies.map((row) => [
        row.noise,
        String(row.snrDb),
        ...of(row.onset, (q) => `${ms(q.medianMs)} / ${ms(q.p95Ms)}`),
        ...of(row.offset, (q) => `${ms(q.medianMs)} / ${ms(q.p95Ms)}`),
      ]),
    ),
    '',
    '## False speech an hour of noise: seconds of frames / decision windows',
    '',
    ...table(
      ['noise', 'minutes heard', ...detectors],
      report.falseSpeech.map((row) => [
        row.noise,
        (60 * (row.figures[detectors[0] as string]?.hours ?? 0)).toFixed(1),
        ...of(
          row.figures,
          ({ hours, seconds, windows }) =>
            `${(seconds / hours).toFixed(0)} / ${(windows / hours).toFixed(0)}`,
        ),
      ]),
    ),
    '',
    '## Clips on which the gate opens',
    '',
    ...table(
      ['detector', 'corpus', 'clips', 'with a window %', 'windows a clip', 'speech a window ms'],
      Object.entries(report.openings).flatMap(([name, rows]) =>
        rows.map((row) => [
          name,
          row.corpus,
          String(row.clips),
          (100 * row.withWindowShare).toFixed(2),
          row.windowsPerClip.toFixed(3),
          row.speechMsPerWindow.toFixed(0),
        ]),
      ),
    ),
    '',
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

const ROW = 22
const BAR = 6
const LEFT = 150
const WIDTH = 420
const LOWEST = 0.5
const COLOURS = ['#0c447c', '#d97706', '#6b7280', '#15803d']

/** Frame AUC as bars: one group a noise, one bar a detector. */
export function reportSvg({ detectors, frames, model }: GateReport): string {
  const x = (auc: number): number => (WIDTH * (Math.max(LOWEST, auc) - LOWEST)) / (1 - LOWEST)
  const top = 64
  const height = top + frames.length * ROW + 30
  const legend = detectors.map(
    (name, d) =>
      `<rect x="${LEFT + d * 110}" y="34" width="10" height="10" fill="${COLOURS[d]}"/><text x="${LEFT + d * 110 + 15}" y="43">${escapeHtml(name)}</text>`,
  )
  const grid = [0.5, 0.6, 0.7, 0.8, 0.9, 1].map(
    (auc) =>
      `<line x1="${LEFT + x(auc)}" x2="${LEFT + x(auc)}" y1="${top - 6}" y2="${height - 26}" stroke="#e5e7eb"/><text x="${LEFT + x(auc)}" y="${height - 10}" text-anchor="middle">${auc}</text>`,
  )
  const bars = frames.flatMap((row, r) => {
    const y = top + r * ROW
    const label = row.snrDb === null ? row.noise : `${row.noise} ${row.snrDb} dB`
    return [
      `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escapeHtml(label)}</text>`,
      ...detectors.map(
        (name, d) =>
          `<rect x="${LEFT}" y="${y + d * BAR}" width="${x(row.auc[name] as number).toFixed(1)}" height="${BAR - 1}" fill="${COLOURS[d]}"><title>${escapeHtml(`${name}, ${label}: ${(row.auc[name] as number).toFixed(3)}`)}</title></rect>`,
      ),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 30} ${height}" width="${LEFT + WIDTH + 30}" font-family="system-ui, sans-serif" font-size="11" fill="#1b1f24">`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<text x="8" y="20" font-size="14" font-weight="600">Speech against pause, frame AUC (network: ${escapeHtml(model.id)})</text>`,
    ...legend,
    ...grid,
    ...bars,
    '</svg>',
    '',
  ].join('\n')
}
