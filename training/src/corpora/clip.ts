/** The eight classes of RAVDESS, in its order: the order of the network's outputs. */
export const LABELS = ['neutral', 'calm', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised'] as const

export type Label = (typeof LABELS)[number]

/** One recording of a corpus. */
export interface Clip {
  /** Absolute path of a WAV file. */
  readonly path: string
  readonly corpus: string
  /** Unique within the corpus. */
  readonly speaker: string
  readonly sex: 'female' | 'male'
  /** `null` where the corpus's class is none of LABELS (EMO-DB's boredom). */
  readonly label: Label | null
  /** The corpus's own name of the class. */
  readonly corpusLabel: string
}
