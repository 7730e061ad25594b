import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createSpeechTracker, TRACK_HOP_S } from '../../../src/features/speech-tracks.js'
import { SILENCE_DBFS } from '../../../src/features/prosody.js'
import { SpeechTurn } from '../../../src/features/speech-turn.js'
import { EMODB } from '../corpora/emodb.js'
import { syllableStarts } from '../corpora/emodb-syllables.js'
import { clipAudio } from '../dataset/clip-audio.js'

/** The smoothing of the intensity was chosen on the others. */
const JUDGED_SPEAKERS = new Set(['12', '13', '14', '15', '16'])

export interface SyllableErrors {
  readonly clips: number
  readonly labelled: number
  readonly found: number
  /** Pearson's, of the clips' rates. */
  readonly correlation: number
  /** Means over the clips, syllables a second. */
  readonly labelledRatePerS: number
  readonly foundRatePerS: number
  readonly meanAbsoluteErrorPerS: number
}

/** Syllable rates found, against those that EMO-DB's labels time. */
export async function syllableErrors(root: string): Promise<SyllableErrors> {
  const track = createSpeechTracker()
  const rates: [labelled: number, found: number][] = []
  let [labelled, found] = [0, 0]
  const clips = existsSync(join(root, 'emodb')) ? EMODB.load(join(root, 'emodb')) : []
  for (const { path, speaker } of clips) {
    if (!JUDGED_SPEAKERS.has(speaker)) continue
    const starts = syllableStarts(join(root, 'emodb', 'silb', `${basename(path, '.wav')}.silb`))
    const first = starts?.[0]
    const end = starts?.at(-1)
    if (!starts || !first || !end) continue
    const syllables = starts.filter(({ name }) => name !== '.' && !name.startsWith('(')).length
    const turn = new SpeechTurn()
    turn.add(track(await clipAudio(path)), SILENCE_DBFS)
    const measured = turn.measure()
    labelled += syllables
    found += measured.syllables
    rates.push([
      syllables / (end.atS - first.atS),
      measured.syllables / (measured.isSpeech.length * TRACK_HOP_S),
    ])
  }
  const meanOf = (of: (pair: [number, number]) => number): number =>
    rates.reduce((sum, pair) => sum + of(pair), 0) / Math.max(1, rates.length)
  const [mx, my] = [meanOf(([x]) => x), meanOf(([, y]) => y)]
  const product = meanOf(([x, y]) => (x - mx) * (y - my))
  const spread = Math.sqrt(meanOf(([x]) => (x - mx) ** 2) * meanOf(([, y]) => (y - my) ** 2))
  return {
    clips: rates.length,
    labelled,
    found,
    correlation: spread > 0 ? product / spread : 0,
    labelledRatePerS: mx,
    foundRatePerS: my,
    meanAbsoluteErrorPerS: meanOf(([x, y]) => Math.abs(x - y)),
  }
}
