import { TRAINING_NOISE } from '../augment/noise-files.js'
import { join } from 'node:path'
import type { Clip } from '../corpora/clip.js'
import { loadCorpus } from '../corpora/load-corpus.js'
import { wavPaths } from '../corpora/wav-paths.js'

/**
 * Who and what the detector is trained on, and what choices between detectors are made on (`inner`). Neither the
 * speakers nor the classes of noise of `HELD_OUT` are ever heard in training or by a choice.
 *
 * RAVDESS: the test actors of two of the six EmoBox folds; the other folds' test actors are unheard.
 */
export const TRAINING = {
  emodb: ['03', '08', '09', '10', '11'],
  ravdess: ['2', '15', '16', '18', '6', '13', '17', '22'],
  nemoSpeakers: 6,
  noise: TRAINING_NOISE,
} as const

/** Set aside from training while choices are made. */
export const INNER = { emodb: ['10', '11'], noise: ['helicopter', 'dog-bark'] } as const

export const HELD_OUT = {
  emodb: ['12', '13', '14', '15', '16'],
  noise: ['clock-tick', 'fire-crackling', 'rooster', 'sea-waves'],
} as const

export interface VadMaterial {
  readonly emodb: readonly Clip[]
  readonly ravdess: readonly Clip[]
  readonly nemo: readonly Clip[]
  /** Paths by class of noise. */
  readonly noise: ReadonlyMap<string, readonly string[]>
}

/** @param isInner without what choices are made on */
export function trainingMaterial(root: string, isInner: boolean): VadMaterial {
  const without = (all: readonly string[], left: readonly string[]): string[] =>
    isInner ? all.filter((name) => !left.includes(name)) : [...all]
  const nemo = nemoSpeakers(root).slice(0, TRAINING.nemoSpeakers)
  return {
    emodb: clipsOf(root, 'emodb', without(TRAINING.emodb, INNER.emodb)),
    ravdess: clipsOf(root, 'ravdess', TRAINING.ravdess),
    nemo: clipsOf(root, 'nemo', nemo),
    noise: noisePaths(root, without(TRAINING.noise, INNER.noise)),
  }
}

/** What a detector is judged on: the held-out, or for choices the inner ones. Babble is of nEMO's unheard speakers. */
export function judgingMaterial(root: string, isInner: boolean): VadMaterial {
  const { emodb, noise } = isInner ? INNER : HELD_OUT
  return {
    emodb: clipsOf(root, 'emodb', emodb),
    ravdess: [],
    nemo: clipsOf(root, 'nemo', nemoSpeakers(root).slice(TRAINING.nemoSpeakers)),
    noise: noisePaths(root, noise),
  }
}

function clipsOf(root: string, corpus: string, speakers: readonly string[]): Clip[] {
  return loadCorpus(root, corpus).filter(({ speaker }) => speakers.includes(speaker))
}

function nemoSpeakers(root: string): string[] {
  return [...new Set(loadCorpus(root, 'nemo').map(({ speaker }) => speaker))].sort()
}

function noisePaths(root: string, classes: readonly string[]): Map<string, string[]> {
  return new Map(classes.map((name) => [name, wavPaths(join(root, 'noise', 'esc10', name))]))
}
