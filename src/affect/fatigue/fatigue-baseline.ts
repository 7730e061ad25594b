import { CUE_SPECS, FATIGUE_CUES, type FatigueBlock } from './fatigue-cues.js'
import type { FatigueParams } from './fatigue-params.js'
import { medianOf, robustScale, type RobustScale } from './robust-scale.js'

/** Blocks kept of each stratum: at a minute a block three quarters of an hour. Twelve strata make 576 blocks, 60 kB. */
export const MAX_STRATUM_BLOCKS = 48

/** Blocks of a day that wait for the roll-over: at a minute of speech a block, two hours of speech. */
export const MAX_PENDING_BLOCKS = 120

export type BaselineParams = Pick<FatigueParams, 'minSessions' | 'minBaselineMin' | 'minStratumBlocks'>

/** Why a baseline cannot be compared with yet. */
export type BaselineLack = 'baseline_sessions' | 'baseline_speech'

/** What a block is compared with: one scale a cue, in the order of FATIGUE_CUES. */
export interface Reference {
  readonly scales: readonly RobustScale[]
  readonly blocks: number
}

const F0_MEDIAN = FATIGUE_CUES.indexOf('f0_median')

/**
 * How one voice usually speaks: the newest blocks of each stratum of time of day and noise. What is heard waits until
 * the roll-over, so that slow drift within a day is compared with the days before and not with itself.
 */
export class FatigueBaseline {
  #blocks: FatigueBlock[] = []
  #pending: FatigueBlock[] = []
  #revision = 0

  constructor(private readonly params: BaselineParams) {}

  get blocks(): readonly FatigueBlock[] {
    return this.#blocks
  }

  /** Not compared with yet. */
  get pending(): readonly FatigueBlock[] {
    return this.#pending
  }

  get sessions(): number {
    return sessionsOf(this.#blocks)
  }

  get speechMs(): number {
    return speechOf(this.#blocks)
  }

  /** Rises with every change. */
  get revision(): number {
    return this.#revision
  }

  /** Median pitch of all it knows, semitones above 1 Hz; null while it knows nothing. */
  get pitchSt(): number | null {
    if (this.#blocks.length === 0) return null
    return medianOf(this.#blocks.map(({ values }) => values[F0_MEDIAN]))
  }

  /** @returns null once it can be compared with */
  get lack(): BaselineLack | null {
    if (this.sessions < this.params.minSessions) return 'baseline_sessions'
    return this.speechMs < this.params.minBaselineMin * 60_000 ? 'baseline_speech' : null
  }

  /**
   * What to compare a block with: its stratum of time of day and noise; where that has too few blocks or sessions, its
   * stratum of noise alone, which changes what is measured of any voice; else everything.
   *
   * @returns null while the baseline lacks something
   */
  reference({ timeOfDay, quietness }: Pick<FatigueBlock, 'timeOfDay' | 'quietness'>): Reference | null {
    if (this.lack !== null) return null
    const alikeInNoise = this.#blocks.filter((block) => block.quietness === quietness)
    const alike = alikeInNoise.filter((block) => block.timeOfDay === timeOfDay)
    const chosen = [alike, alikeInNoise].find((blocks) => this.#suffices(blocks)) ?? this.#blocks
    return {
      blocks: chosen.length,
      scales: FATIGUE_CUES.map((cue, c) => {
        const { median, sigma } = robustScale(chosen.map(({ values }) => values[c]))
        return { median, sigma: Math.max(sigma, CUE_SPECS[cue].minSigma) }
      }),
    }
  }

  /** Keeps a block for the roll-over. Beyond two hours of speech a day the oldest gives way. */
  add(block: FatigueBlock): void {
    this.#pending.push(block)
    if (this.#pending.length > MAX_PENDING_BLOCKS) this.#pending.shift()
    this.#revision += 1
  }

  /** What waits and is no older is dropped: it led to what must not be learnt. */
  dropSince(atMs: number): void {
    const kept = this.#pending.filter((block) => block.atMs < atMs)
    if (kept.length === this.#pending.length) return
    this.#pending = kept
    this.#revision += 1
  }

  /** What waited joins; in a stratum that is full, the oldest gives way. */
  rollOver(): void {
    if (this.#pending.length === 0) return
    this.#join(this.#pending)
    this.#pending = []
    this.#revision += 1
  }

  /** Takes the place of what is known; of more than is kept, the newest. */
  restore(blocks: readonly FatigueBlock[], pending: readonly FatigueBlock[]): void {
    this.#blocks = []
    this.#join(blocks)
    this.#pending = pending.slice(-MAX_PENDING_BLOCKS)
    this.#revision += 1
  }

  /** @returns speech that was known, ms */
  forget(): number {
    const speechMs = this.speechMs + speechOf(this.#pending)
    this.#blocks = []
    this.#pending = []
    this.#revision += 1
    return speechMs
  }

  #join(blocks: readonly FatigueBlock[]): void {
    const room = new Map<number, number>()
    // From the newest on, as long as there is room in the stratum.
    this.#blocks = [...this.#blocks, ...blocks]
      .reverse()
      .filter(({ timeOfDay, quietness }) => {
        const stratum = timeOfDay * 16 + quietness
        const taken = room.get(stratum) ?? 0
        room.set(stratum, taken + 1)
        return taken < MAX_STRATUM_BLOCKS
      })
      .reverse()
  }

  #suffices(blocks: readonly FatigueBlock[]): boolean {
    return blocks.length >= this.params.minStratumBlocks && sessionsOf(blocks) >= this.params.minSessions
  }
}

function sessionsOf(blocks: readonly FatigueBlock[]): number {
  return new Set(blocks.map(({ sessionMs }) => sessionMs)).size
}

function speechOf(blocks: readonly FatigueBlock[]): number {
  return blocks.reduce((sum, { speechMs }) => sum + speechMs, 0)
}
