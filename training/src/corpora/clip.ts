/** The eight classes of RAVDESS, in its order: the order of the network's outputs. */
export const LABELS: readonly Label[] = [
  'neutral',
  'calm',
  'happy',
  'sad',
  'angry',
  'fearful',
  'disgust',
  'surprised',
]

/** The eight, and boredom as a ninth that only some corpora know. */
export const UNIFIED_LABELS: readonly Label[] = [...LABELS, 'bored']

export type Label =
  'neutral' | 'calm' | 'happy' | 'sad' | 'angry' | 'fearful' | 'disgust' | 'surprised' | 'bored'

export type Sex = 'female' | 'male'

/** How strongly a feeling was to be played, in the corpus's own grades: RAVDESS has two, CREMA-D three. */
export type Intensity = 'normal' | 'strong' | 'low' | 'medium' | 'high'

/** One recording of a corpus. */
export interface Clip {
  /** Absolute path of a WAV file. */
  readonly path: string
  readonly corpus: string
  /** Unique within the corpus, and the same wherever the corpus lies: what splits are drawn from. */
  readonly name: string
  /** Unique within the corpus. */
  readonly speaker: string
  /** `null` where the corpus does not say. */
  readonly sex: Sex | null
  readonly label: Label
  /** The corpus's own name of the class. */
  readonly corpusLabel: string
  /** `null` where the corpus does not grade. */
  readonly intensity: Intensity | null
  /** Clips of a corpus with the same text say the same words; `null` if not known. */
  readonly text: string | null
}
