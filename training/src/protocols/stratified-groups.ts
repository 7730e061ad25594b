import type { Clip } from '../corpora/clip.js'
import { createRandom } from '../random.js'

/**
 * Deals clips into groups at random, so that the groups' counts of each class differ by one at most, and so do their
 * sizes. Depends on the clips' names and the seed alone, not on their order.
 *
 * @returns group of each clip, 0 to groups − 1
 */
export function stratifiedGroups(
  clips: readonly Clip[],
  groups: number,
  seed: number,
): ReadonlyMap<Clip, number> {
  const groupOf = new Map<Clip, number>()
  const classes = [...new Set(clips.map((clip) => clip.label))].sort()
  // The deal goes on from class to class, or the first groups would get every class's odd clip.
  let dealt = 0
  for (const [stream, label] of classes.entries()) {
    const ofClass = clips.filter((clip) => clip.label === label).sort(byName)
    for (const clip of createRandom(seed, stream).shuffle(ofClass)) groupOf.set(clip, dealt++ % groups)
  }
  return groupOf
}

function byName(a: Clip, b: Clip): number {
  const [left, right] = [`${a.corpus}/${a.name}`, `${b.corpus}/${b.name}`]
  return left < right ? -1 : left > right ? 1 : 0
}
