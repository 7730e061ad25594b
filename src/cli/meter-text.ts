import { MIN_LEVEL_DBFS } from '../gate/level.js'
import type { MeterReading, MeterTotals } from './level-meter.js'

const BAR_CELLS = 12
/** What the empty bar stands for; the full one is full scale. */
const BAR_FROM_DBFS = -70
/** So much of the samples at full scale is heard as distortion. */
const CLIPPED_TOO_MUCH = 0.0005

/**
 * One reading as one line of less than 80 columns, without a line feed.
 *
 * @param reading null: no audio has come for a while
 */
export function meterLine(reading: MeterReading | null, decisions: number, silentMs: number): string {
  if (reading === null) return `no audio for ${Math.round(silentMs / 1000)} s`
  const { levelDbfs, peakDbfs, noiseDbfs, isSpeaking, hasClipped } = reading
  return [
    `${bar(levelDbfs)} ${column(levelDbfs)} dBFS`,
    `peak ${column(peakDbfs)}`,
    `noise ${column(noiseDbfs)}`,
    (isSpeaking ? 'speech' : 'pause').padEnd(6),
    `${decisions} decision${decisions === 1 ? '' : 's'}`,
    ...(hasClipped ? ['CLIPS'] : []),
  ].join('  ')
}

/**
 * What an installer should know at the end, a line each.
 *
 * @param minSnrDb below it the agent abstains
 */
export function meterVerdict(totals: MeterTotals, minSnrDb: number): readonly string[] {
  const { heardMs, lostMs, clippedRatio, peakDbfs, decisions, speechDbfs, snrDb } = totals
  const about =
    speechDbfs === null || snrDb === null
      ? ''
      : `, speech at ${decibels(speechDbfs)} dBFS, ${decibels(snrDb)} dB over the noise`
  return [
    `heard ${(heardMs / 1000).toFixed(1)} s: ${decisions} decision${decisions === 1 ? '' : 's'}${about}`,
    ...(lostMs > 0 ? [`${Math.round(lostMs)} ms of audio were lost`] : []),
    ...(peakDbfs <= MIN_LEVEL_DBFS
      ? ['nothing but digital silence: the microphone is muted, or it is another one']
      : []),
    ...(clippedRatio > CLIPPED_TOO_MUCH
      ? [`${(100 * clippedRatio).toFixed(2)} % of it clips: lower the gain (alsamixer, F4) or move away`]
      : []),
    ...(decisions === 0 && peakDbfs > MIN_LEVEL_DBFS
      ? ['no speech was found: speak where people will speak, and watch the level rise over the noise']
      : []),
    ...(snrDb !== null && snrDb < minSnrDb
      ? [
          `the agent abstains below ${minSnrDb} dB over the noise (affect.min_snr_db): move the microphone nearer, or away from the noise`,
        ]
      : []),
  ]
}

function bar(levelDbfs: number): string {
  const share = (levelDbfs - BAR_FROM_DBFS) / -BAR_FROM_DBFS
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_CELLS)
  return '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled)
}

function decibels(db: number): string {
  // Before it has heard anything the gate knows no background.
  return Number.isFinite(db) ? db.toFixed(1).replace('-', '−') : '?'
}

function column(db: number): string {
  return decibels(db).padStart(6)
}
