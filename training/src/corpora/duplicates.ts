import type { Clip } from './clip.js'

/** A clip, how long it lasts, and what its recording is recognised by. */
export interface Heard {
  readonly clip: Clip
  readonly durationS: number
  readonly hash: string
}

/**
 * Clips that hold the same recording, in the order in which they were heard: groups of two and more. A copy that was
 * coded, cut or amplified otherwise is not recognised.
 */
export function findDuplicates(heard: readonly Heard[]): Clip[][] {
  const byHash = new Map<string, Clip[]>()
  for (const { clip, hash } of heard) byHash.set(hash, [...(byHash.get(hash) ?? []), clip])
  return [...byHash.values()].filter((clips) => clips.length > 1)
}
