import type { Clip, Label } from './clip.js'

/** A corpus of emotional speech: what is published about it, and how its clips are found. */
export interface Corpus {
  /** Also the name of its folder. */
  readonly name: string
  readonly title: string
  readonly language: string
  readonly licence: string
  /** Where it is described and to be had. */
  readonly source: string
  /** The classes that it tells apart, in the order of UNIFIED_LABELS. It says nothing about the others. */
  readonly labels: readonly Label[]
  /** Clips that repeat another one and are left out, by name. */
  readonly leftOut: readonly string[]
  /** Clips that the whole corpus gives without those, so that a part of it is not taken for the whole. */
  readonly expectedClips: number
  /**
   * Its clips, sorted by path, those to be left out among them; files that are no clip of it are passed over.
   *
   * @param folder holds it, as WAV, in the published layout
   * @throws {InputError} `CORPUS_NOT_FOUND` if there is none
   */
  load(folder: string): Clip[]
}
