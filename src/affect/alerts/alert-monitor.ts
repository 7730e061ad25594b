import { SAMPLE_RATE_HZ } from '../../units.js'
import type { AlertChange, AlertCut, AlertEnd, AlertRule, ScoredWindow } from './alert-rule.js'

/**
 * One rule over one stream.
 *
 * | state | leaves it |
 * | --- | --- |
 * | `idle` | to `active`: a window hits, with it at least `hits` of the last `of` windows do, and they span `minDurationS` |
 * | `active` | to `cooling`: a window clears, with it at least `hits` of the last `of` windows since it was raised do; or nothing was judged for `withinS`; or it is cut off |
 * | `cooling` | to `idle`: `cooldownS` after the alert's end. Windows count meanwhile, so what goes on is raised at its end |
 *
 * Between `exit` and `enter` a window neither hits nor clears, but it is one of the last. Windows that ended more than
 * `withinS` ago are forgotten in every state: after a longer gap everything begins anew. A window that begins before
 * the last one is of another stream: forgotten likewise, and an alert that is active is cut off.
 */
export class AlertMonitor {
  #state: 'idle' | 'active' | 'cooling' = 'idle'
  /** The last `of` windows that count, oldest first. */
  #windows: ScoredWindow[] = []
  #sinceSample = 0
  #score = 0
  #heardUntil = 0
  #coolUntil = 0

  constructor(readonly rule: AlertRule) {}

  get isActive(): boolean {
    return this.#state === 'active'
  }

  /** @returns what changed, in order; mostly nothing */
  hear(window: ScoredWindow): readonly AlertChange[] {
    const isOfAnotherStream = window.endSample < this.#heardUntil
    const passed = isOfAnotherStream ? this.#beginAnew() : this.pass(window.startSample)
    this.#heardUntil = window.endSample
    this.#windows = [...this.#windows, window].filter(
      ({ endSample }) => window.endSample - endSample <= this.#samples(this.rule.withinS),
    )
    this.#windows = this.#windows.slice(-this.rule.of)
    if (this.#state === 'cooling' && window.endSample >= this.#coolUntil) this.#state = 'idle'
    const change = this.#state === 'active' ? this.#endBy(window) : this.#raiseBy(window)
    return change === null ? passed : [...passed, change]
  }

  /** Time passes, and nothing was judged. */
  pass(atSample: number): readonly AlertChange[] {
    if (this.#state !== 'active') return []
    const endSample = this.#heardUntil + this.#samples(this.rule.withinS)
    return atSample < endSample ? [] : [this.#end('silence', endSample, [])]
  }

  /** Ends the alert if it is active: what follows is no continuation. Nothing heard before counts any more. */
  cut(atSample: number, why: AlertCut): readonly AlertChange[] {
    const changes = this.#state === 'active' ? [this.#end(why, Math.max(atSample, this.#heardUntil), [])] : []
    this.#windows = []
    return changes
  }

  #raiseBy(window: ScoredWindow): AlertChange | null {
    const { enter, hits, minDurationS } = this.rule
    if (this.#state === 'cooling' || !(window.score >= enter)) return null
    const hitting = this.#windows.filter(({ score }) => score >= enter)
    const sinceSample = Math.min(...hitting.map(({ startSample }) => startSample))
    if (hitting.length < hits || window.endSample - sinceSample < this.#samples(minDurationS)) return null
    this.#state = 'active'
    this.#sinceSample = sinceSample
    this.#windows = []
    return this.#change(null, window.endSample, hitting)
  }

  #endBy(window: ScoredWindow): AlertChange | null {
    const { exit, hits } = this.rule
    if (!(window.score < exit)) return null
    const clearing = this.#windows.filter(({ score }) => score < exit)
    return clearing.length < hits ? null : this.#end('score', window.endSample, clearing)
  }

  #end(endedBy: AlertEnd, atSample: number, windows: readonly ScoredWindow[]): AlertChange {
    this.#state = 'cooling'
    this.#coolUntil = atSample + this.#samples(this.rule.cooldownS)
    this.#windows = []
    return this.#change(endedBy, atSample, windows)
  }

  #change(endedBy: AlertEnd | null, atSample: number, windows: readonly ScoredWindow[]): AlertChange {
    if (windows.length > 0) {
      this.#score = windows.reduce((sum, { score }) => sum + score, 0) / windows.length
    }
    return {
      rule: this.rule,
      active: endedBy === null,
      score: this.#score,
      sinceSample: this.#sinceSample,
      atSample,
      windows,
      endedBy,
      fatigue: null,
    }
  }

  /** Another stream counts its samples from elsewhere: when cooling ends there cannot be told, so it ends. */
  #beginAnew(): readonly AlertChange[] {
    const changes = this.cut(this.#heardUntil, 'stream_ended')
    this.#coolUntil = 0
    return changes
  }

  #samples(seconds: number): number {
    return Math.round(seconds * SAMPLE_RATE_HZ)
  }
}
