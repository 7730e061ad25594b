import type { CommandIo } from '../io.js'
import { plain } from '../../plain-text.js'
import { describeOutcome, type Outcome } from './outcome.js'

/** A line for each device as it settles, with the running total; only where somebody watches. */
export class RollOutProgress {
  #done = 0
  #failed = 0

  constructor(
    private readonly io: CommandIo,
    private readonly count: number,
    /** What the devices are to become: `applied`. */
    private readonly goal: string,
  ) {}

  stage(stage: number, first: number, last: number): void {
    const which = first === last ? `device ${first}` : `devices ${first} to ${last}`
    this.#write(`stage ${stage}: ${which} of ${this.count}`)
  }

  settled(id: string, outcome: Outcome): void {
    if (outcome.kind === 'failed') this.#failed += 1
    else if (outcome.kind !== 'skipped' && outcome.kind !== 'sent') this.#done += 1
    const why = plain(describeOutcome(outcome))
    const total = `${this.#done}/${this.count} ${this.goal}, ${this.#failed} failed`
    this.#write(`${id}: ${outcome.kind}${why === '' ? '' : `, ${why}`}  (${total})`)
  }

  #write(line: string): void {
    if (this.io.errIsTty === true) this.io.err(`${line}\n`)
  }
}
