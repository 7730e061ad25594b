import type { Clip, Label } from '../corpora/clip.js'

/** One training of a protocol: what is learned from, and what is judged on. */
export interface Fold {
  readonly protocol: string
  readonly version: number
  /** `1`…, a speaker, a corpus: its name within the protocol. */
  readonly fold: string
  /** True if the protocol's test clips are set aside and `test` holds part of its training clips instead. */
  readonly inner: boolean
  readonly train: readonly Clip[]
  readonly test: readonly Clip[]
  /** The classes that `test` is judged on, in the order of UNIFIED_LABELS. */
  readonly labels: readonly Label[]
}

/** A named way to part clips into training and test. A change of what it gives raises its version. */
export interface Protocol {
  readonly name: string
  readonly version: number
  /** One sentence. */
  readonly doc: string
  /** Corpora that it cannot do without. */
  readonly corpora: readonly string[]
  /** Corpora that are only tested on, where they are at hand. */
  readonly optionalCorpora: readonly string[]
  readonly labels: readonly Label[]
  /** Nobody is heard in both training and test of a fold. */
  readonly speakerIndependent: boolean
  /** Names of the folds, whatever the clips. */
  readonly foldNames: readonly string[]
  /**
   * @param clips of its corpora; others are passed over
   * @returns the folds; every clip that is tested at all is tested in one fold alone
   */
  folds(clips: readonly Clip[]): readonly Fold[]
  /**
   * The same fold with its test clips set aside and part of its training clips held out instead, by speaker where
   * there are speakers enough: choices and the softmax temperature are made there.
   *
   * @param fold one that `folds` gave, whole
   */
  inner(fold: Fold): Fold
}

/** `ravdess-emobox6@1/1`, with `/inner` where it is that: stands in reports and model cards. */
export function foldName({ protocol, version, fold, inner }: Fold): string {
  return `${protocol}@${version}/${fold}${inner ? '/inner' : ''}`
}
