import type { Clip, Label } from './clip.js'
import { UNIFIED_LABELS } from './clip.js'
import { CORPORA } from './load-corpus.js'

/**
 * The classes that each corpus among the clips tells apart. A known corpus's are published; of a manifest's corpus
 * they are those that occur in it.
 */
export function labelsOfCorpora(clips: readonly Clip[]): ReadonlyMap<string, readonly Label[]> {
  const labels = new Map<string, readonly Label[]>()
  for (const corpus of new Set(clips.map((clip) => clip.corpus))) {
    labels.set(corpus, labelsOf(corpus) ?? labelsIn(clips.filter((clip) => clip.corpus === corpus)))
  }
  return labels
}

/** The classes that a known corpus tells apart, or `null` for a corpus that only a manifest knows. */
export function labelsOf(corpus: string): readonly Label[] | null {
  return CORPORA.find(({ name }) => name === corpus)?.labels ?? null
}

/** The classes that occur, in the order of UNIFIED_LABELS. */
export function labelsIn(clips: readonly Clip[]): readonly Label[] {
  const found = new Set(clips.map((clip) => clip.label))
  return UNIFIED_LABELS.filter((label) => found.has(label))
}

/**
 * Which outputs a clip speaks about; its loss is taken over these alone.
 *
 * Who acts anger is not disgusted, surprised or calm, whether or not the corpus has those too: left out of the loss,
 * such outputs would be free to rise on every clip of the corpus. Neutral alone is wide: RAVDESS's says that it is not
 * calm, but that of a corpus without calm may well be.
 *
 * @param labels  classes that the clip's corpus tells apart
 * @param outputs labels of the network's outputs
 * @returns shape [outputs.length]: 1 where the loss may look, else 0
 */
export function labelMask(label: Label, labels: readonly Label[], outputs: readonly Label[]): Float32Array {
  return Float32Array.from(outputs, (output) => (label !== 'neutral' || labels.includes(output) ? 1 : 0))
}
