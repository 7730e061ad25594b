import type { Clip } from '../corpora/clip.js'

/** Speakers by corpus. */
export type Speakers = Readonly<Record<string, readonly string[]>>

/**
 * A woman and a man of each corpus that the released model never hears. Drawn once, by the first of
 * `createRandom(2026).shuffle` over each corpus's sorted women and men, and written down, so that an incomplete corpus
 * cannot move the draw.
 */
export const RELEASED_TEST: Speakers = { ravdess: ['4', '3'], emodb: ['08', '03'], nemo: ['IC0', 'KS0'] }

/** The second of the same draw: held out for choices and the temperature. */
export const RELEASED_INNER: Speakers = { ravdess: ['20', '19'], emodb: ['16', '15'], nemo: ['EB0', 'WR0'] }

export function isAmong(speakers: Speakers, clip: Clip): boolean {
  return Object.hasOwn(speakers, clip.corpus) && (speakers[clip.corpus] ?? []).includes(clip.speaker)
}
