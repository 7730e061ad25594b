import { InputError } from '../../../src/errors.js'
import type { Clip } from '../corpora/clip.js'
import { createRandom } from '../random.js'

/** What is heard of a speaker before, and what is then scored: never the same clip. */
export interface WarmPlan {
  readonly warmUp: readonly Clip[]
  readonly scored: readonly Clip[]
}

/**
 * Draws some clips of each speaker to adapt on; the others are scored. No label has a part in it.
 *
 * @param warmUpClips of each speaker
 * @returns one plan a speaker
 * @throws {InputError} `EVALUATION_WARM` if a speaker has no clip left to score
 */
export function warmPlans(clips: readonly Clip[], warmUpClips: number, seed: number): WarmPlan[] {
  const bySpeaker = new Map<string, Clip[]>()
  for (const clip of clips) {
    const speaker = `${clip.corpus} ${clip.speaker}`
    bySpeaker.set(speaker, [...(bySpeaker.get(speaker) ?? []), clip])
  }
  return [...bySpeaker].map(([speaker, own]) => {
    if (own.length <= warmUpClips) {
      throw new InputError(
        'EVALUATION_WARM',
        `${speaker} has ${own.length} clips, and --warm ${warmUpClips} leaves none to score`,
      )
    }
    // By name, so that the draw does not depend on the order that the clips were read in.
    const sorted = [...own].sort((a, b) => (a.name < b.name ? -1 : 1))
    const drawn = createRandom(seed, ...Buffer.from(speaker)).shuffle(sorted)
    return { warmUp: drawn.slice(0, warmUpClips), scored: drawn.slice(warmUpClips) }
  })
}
