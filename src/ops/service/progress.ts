/** One thing that must go on for the agent to be alive, as it stands now. */
export interface ProgressPart {
  /** In the log: `hearing`. */
  readonly name: string
  /** False while it has nothing to do: then it may stand still for as long as it likes. */
  readonly isDue: boolean
  /** Anything that changes whenever it gets on. */
  readonly count: number
  /** It is stuck when it was due all the time and has not changed for longer, ms. */
  readonly limitMs: number
}

/** Says what is stuck: whoever feeds a watchdog from a bare timer feeds it also while nothing is heard any more. */
export class ProgressWatch {
  readonly #seen = new Map<string, { count: number; sinceMs: number }>()

  /**
   * @param nowMs monotonic
   * @returns the name of the first part that is stuck; undefined while all get on
   */
  observe(parts: readonly ProgressPart[], nowMs: number): string | undefined {
    let stuck: string | undefined
    for (const { name, isDue, count, limitMs } of parts) {
      const seen = this.#seen.get(name)
      if (!isDue || seen === undefined || seen.count !== count) {
        this.#seen.set(name, { count, sinceMs: nowMs })
      } else if (nowMs - seen.sinceMs > limitMs) {
        stuck ??= name
      }
    }
    return stuck
  }
}
