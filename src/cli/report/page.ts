import type { ModelIdentity } from '../../classify/classifier.js'
import { PICTURE_RANGE_DBFS, type AudioPicture } from './audio-picture.js'
import { decimal, describeAlert, percent, type ReportDecision, type ReportFile } from './decision.js'
import { escapeHtml } from './escape.js'
import { figure } from './figure.js'
import { labelColour } from './label-colour.js'
import { pageHead } from './page-head.js'
import { REPORT_STYLE } from './style.js'

export interface ReportHead {
  readonly version: string
  readonly model: ModelIdentity
  /** In the model's order. */
  readonly labels: readonly string[]
}

/** Start of the page, up to the first recording. Loads nothing from anywhere. */
export function pageStart({ version, model, labels }: ReportHead): string {
  return `${pageHead('affectd report', REPORT_STYLE)}<header>
<h1>Emotion in speech</h1>
<p>Judged by affectd ${escapeHtml(version)} with model <b>${escapeHtml(model.id)}</b> <code title="SHA-256 ${escapeHtml(model.sha256)}">${escapeHtml(model.sha256.slice(0, 12))}</code>.
Probabilities are calibrated on acted studio speech and too confident elsewhere; arousal and valence are derived from them. A model’s opinion of acted-speech categories, not a fact about a person.</p>
${legend(labels)}
</header>
`
}

/** One recording. */
export function pageSection(
  { path, decisions, alerts }: ReportFile,
  picture: AudioPicture,
  labels: readonly string[],
): string {
  const count = `${decisions.length} ${decisions.length === 1 ? 'decision' : 'decisions'}`
  const [floor, ceiling] = PICTURE_RANGE_DBFS
  return `<section>
<h2>${escapeHtml(path)}</h2>
<p>${picture.durationS.toFixed(2)} s, ${count}. Spectrogram from ${decimal(floor, 0)} dBFS (dark) to ${decimal(ceiling, 0)} dBFS (bright).</p>
${alerts.map((alert) => `<p><b>${escapeHtml(describeAlert(alert))}</b></p>\n`).join('')}<div class="scroll">${figure(picture, decisions, labels)}</div>
<div class="scroll">${table(decisions, labels)}</div>
</section>
`
}

export function pageEnd(): string {
  return '</main>\n</body>\n</html>\n'
}

function legend(labels: readonly string[]): string {
  const items = labels.map(
    (label, i) => `<li><i style="background:${labelColour(label, i)}"></i>${escapeHtml(label)}</li>`,
  )
  return `<ul class="legend" aria-label="Legend">${items.join('')}
<li><i class="hatched"></i>abstained</li>
<li><i class="line arousal"></i>arousal</li>
<li><i class="line valence"></i>valence</li></ul>`
}

function table(decisions: readonly ReportDecision[], labels: readonly string[]): string {
  const rows = decisions.map(({ startS, endS, event }) => {
    const { window } = event
    const cells = [
      startS.toFixed(2),
      endS.toFixed(2),
      percent(event.confidence),
      decimal(event.arousal, 2),
      decimal(event.valence, 2),
      (window.speech_ms / 1000).toFixed(2),
      decimal(window.level_dbfs, 1),
      decimal(window.snr_db, 1),
    ]
    const colour = labelColour(event.label, labels.indexOf(event.label))
    return `<tr><th scope="row"><i style="background:${colour}"></i>${escapeHtml(event.label)}</th>${cells
      .map((cell) => `<td>${cell}</td>`)
      .join(
        '',
      )}<td class="word">${event.abstained ? escapeHtml(event.abstain_reason ?? 'yes') : ''}</td></tr>`
  })
  return `<table>
<thead><tr><th scope="col">label</th>${COLUMNS.map((name) => `<th scope="col">${name}</th>`).join('')}<th scope="col" class="word">abstained</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`
}

const COLUMNS = [
  'start, s',
  'end, s',
  'confidence',
  'arousal',
  'valence',
  'speech, s',
  'level, dBFS',
  'SNR, dB',
] as const
