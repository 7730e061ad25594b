import { loadCorpus } from '../corpora/load-corpus.js'
import type { Clip } from '../corpora/clip.js'
import { createRandom } from '../random.js'
import type { WindowDecision } from './clip-decision.js'

/** Corpora that are kept without loss, so that their samples are the same wherever they are decoded. */
const RECORDED_CORPORA = ['ravdess', 'emodb'] as const
const CLIPS_OF_EACH = 16
const SEED = 1

/** A clip by name, and exactly what a model decides on each of its windows. */
export interface RecordedDecision {
  readonly corpus: string
  readonly name: string
  readonly windows: readonly WindowDecision[]
}

/** What a model decided when it was released; what any later build must decide, bit for bit. */
export interface RecordedDecisions {
  readonly model: { readonly id: string; readonly sha256: string }
  readonly clips: readonly RecordedDecision[]
}

/**
 * The clips that are recorded: drawn from whole corpora, the same everywhere.
 *
 * @param root folder of the decoded corpora
 */
export function clipsToRecord(root: string): Clip[] {
  return RECORDED_CORPORA.flatMap((corpus) => {
    const clips = loadCorpus(root, corpus).sort((a, b) => (a.name < b.name ? -1 : 1))
    return createRandom(SEED).shuffle(clips).slice(0, CLIPS_OF_EACH)
  })
}

/** A line of JSON for the model, then one a clip; numbers as they are, so that they come back to the bit. */
export function formatRecorded({ model, clips }: RecordedDecisions): string {
  return [model, ...clips].map((line) => `${JSON.stringify(line)}\n`).join('')
}

export function parseRecorded(text: string): RecordedDecisions {
  const [model, ...clips] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
  return { model: model as RecordedDecisions['model'], clips: clips as RecordedDecision[] }
}
