import { plain } from '../plain-text.js'
import type { EmotionEvent } from '../publish/emotion-event.js'

const BAR_CELLS = 10
const RESET = '\u001b[0m'
const DIM = '\u001b[2m'
const LABEL_COLORS: Readonly<Record<string, string>> = {
  neutral: '\u001b[37m',
  calm: '\u001b[36m',
  happy: '\u001b[92m',
  sad: '\u001b[34m',
  angry: '\u001b[91m',
  fearful: '\u001b[95m',
  disgust: '\u001b[32m',
  surprised: '\u001b[93m',
}

/**
 * One decision as one line: time (UTC), label, confidence, arousal and valence, level and SNR, and why it should not
 * be acted on.
 *
 * @param event strings in it may come from a stranger: control characters are taken out
 * @returns the line, without a line feed
 */
export function renderEvent(event: EmotionEvent, { color }: { readonly color: boolean }): string {
  const paint = (code: string, text: string): string =>
    color && code !== '' ? `${code}${text}${RESET}` : text
  const label = plain(event.label)
  const line = [
    plain(event.time).slice(11, 23),
    paint(Object.hasOwn(LABEL_COLORS, label) ? LABEL_COLORS[label] : '', label.padEnd(9)),
    `${bar(event.confidence)} ${String(Math.round(event.confidence * 100)).padStart(3)} %`,
    `arousal ${signed(event.arousal)}`,
    `valence ${signed(event.valence)}`,
    `${decimal(event.window.level_dbfs).padStart(6)} dBFS`,
    `SNR ${decimal(event.window.snr_db).padStart(5)} dB`,
    ...(event.abstained
      ? [`abstained: ${plain(event.abstain_reason ?? 'no reason given').replaceAll('_', ' ')}`]
      : []),
  ].join('  ')
  // A decision that should not be acted on should not catch the eye either.
  return event.abstained ? paint(DIM, color ? stripColor(line) : line) : line
}

function bar(share: number): string {
  const filled = Math.max(0, Math.min(BAR_CELLS, Math.round(share * BAR_CELLS)))
  return '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled)
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`
}

function stripColor(text: string): string {
  return text.replaceAll(/\u001b\[\d+m/g, '')
}

function decimal(value: number): string {
  return value.toFixed(1).replace('-', '−')
}
