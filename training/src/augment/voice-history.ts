import {
  createFeatureStatistics,
  measureInto,
  type FeatureStatistics,
} from '../../../src/features/feature-statistics.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { foldInto } from '../../../src/features/running-statistics.js'
import type { Random } from '../random.js'
import type { Example } from '../train/example.js'

export interface HistoryOptions {
  /** Share of the inputs that are normalised by themselves alone, as on a device that has heard nothing yet. */
  readonly coldShare: number
  /** Of the others, those whose history holds neutral and calm speech alone, as a device's does that learns from that. */
  readonly neutralHistoryShare: number
  /** Most windows of a history; how many there are is drawn so that each doubling is equally likely. */
  readonly historyWindows: number
}

/** What was heard of each speaker, window by window. */
export type HeardVoices = ReadonlyMap<string, readonly HeardWindow[]>

interface HeardWindow {
  readonly example: Example
  readonly isNeutral: boolean
  readonly statistics: FeatureStatistics
}

/** @param neutralLabels indices of the classes that a device learns from */
export function heardVoices(examples: readonly Example[], neutralLabels: readonly number[]): HeardVoices {
  const { nMfcc } = FEATURE_PARAMS
  const voices = new Map<string, HeardWindow[]>()
  for (const example of examples) {
    const heard = voices.get(example.speaker) ?? []
    voices.set(example.speaker, heard)
    for (const { mfcc, frames } of example.variants[0] ?? []) {
      const statistics = createFeatureStatistics(nMfcc)
      measureInto(mfcc, frames, statistics)
      heard.push({ example, isNeutral: neutralLabels.includes(example.label), statistics })
    }
  }
  return voices
}

/**
 * A random history of an example's speaker, without the example itself: what teaches a network to do without one,
 * and with any.
 *
 * @returns undefined: cold
 */
export function drawHistory(
  example: Example,
  voices: HeardVoices,
  options: HistoryOptions,
  random: Random,
): FeatureStatistics | undefined {
  if (options.coldShare >= 1 || random.next() < options.coldShare) return undefined
  const heard = (voices.get(example.speaker) ?? []).filter((window) => window.example !== example)
  const neutral = random.next() < options.neutralHistoryShare ? heard.filter((w) => w.isNeutral) : []
  const pool = neutral.length > 0 ? neutral : heard
  if (pool.length === 0) return undefined
  const wanted = Math.floor(2 ** (random.next() * Math.log2(options.historyWindows)))
  const history = createFeatureStatistics(FEATURE_PARAMS.nMfcc)
  for (let n = 0; n < Math.min(wanted, pool.length); n++) {
    const { statistics } = pool[random.below(pool.length)] as HeardWindow
    foldInto(history, statistics, history.frames + statistics.frames)
  }
  return history
}
