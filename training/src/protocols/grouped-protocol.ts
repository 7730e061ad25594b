import type { Clip } from '../corpora/clip.js'
import type { Fold, Protocol } from './protocol.js'

type Description = Omit<Protocol, 'folds' | 'inner' | 'foldNames' | 'optionalCorpora'>

export interface Grouping {
  /** Names of the groups, which name the folds too. */
  readonly names: readonly string[]
  /** The group of each of a protocol's clips. */
  assign(clips: readonly Clip[]): (clip: Clip) => string | undefined
  /**
   * Groups held out by the inner split of a fold; the next group if not given.
   *
   * @param clips what the fold trains on
   */
  innerGroups?(fold: string, clips: readonly Clip[]): readonly string[]
}

/**
 * A protocol whose clips are parted into groups, each tested by the fold of its name. The inner split holds another
 * group out.
 */
export function groupedProtocol(description: Description, grouping: Grouping): Protocol {
  const { names, assign } = grouping
  const { name, version, labels } = description
  return {
    ...description,
    optionalCorpora: [],
    foldNames: names,
    folds(clips) {
      const usable = clips.filter(
        (clip) => description.corpora.includes(clip.corpus) && labels.includes(clip.label),
      )
      const groupOf = assign(usable)
      return names.map((fold): Fold => ({
        protocol: name,
        version,
        fold,
        inner: false,
        labels,
        train: usable.filter((clip) => groupOf(clip) !== fold),
        test: usable.filter((clip) => groupOf(clip) === fold),
      }))
    },
    inner(fold) {
      const groupOf = assign([...fold.train, ...fold.test])
      const held = grouping.innerGroups?.(fold.fold, fold.train) ?? [nextOf(names, fold.fold)]
      const isHeld = (clip: Clip): boolean => held.includes(groupOf(clip) ?? '')
      return {
        ...fold,
        inner: true,
        train: fold.train.filter((clip) => !isHeld(clip)),
        test: fold.train.filter(isHeld),
      }
    },
  }
}

function nextOf(names: readonly string[], name: string): string {
  return names[(names.indexOf(name) + 1) % names.length] as string
}
