import { PublishError } from '../errors.js'
import type { Logger } from '../ops/logger.js'
import { untilAborted } from '../until.js'
import type { Outbox } from './outbox.js'
import type { Message } from './publisher.js'
import { stampOf } from './stamp-of.js'

export interface EventIntakeOptions {
  readonly outbox: Outbox
  /** Whether a full outbox holds back who hands over (file, stdin) or drops its oldest event (a live microphone). */
  readonly whenFull: 'wait' | 'drop_oldest'
  /** Events that an intake before could not place; those that this one cannot are put there. */
  readonly leftovers: Message[] | undefined
  readonly log: Logger
  /** The outbox has one more. */
  readonly onKept: () => void
  /** One has been dealt with, kept or not. */
  readonly onSettled: () => void
}

/** Puts events into the outbox one after another: the order of the calls is their order, however long one waits. */
export class EventIntake {
  #last: Promise<void> = Promise.resolve()
  #waiting = 0
  readonly #closing = new AbortController()

  constructor(private readonly options: EventIntakeOptions) {}

  /** Handed over, and not in the outbox yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** @returns when it is kept */
  take(message: Message): Promise<void> {
    const kept = this.#last.then(() => this.#append(message))
    this.#waiting += 1
    this.#last = kept
      .catch(() => undefined)
      .then(() => {
        this.#waiting -= 1
        this.options.onSettled()
      })
    return kept
  }

  /** Resolves when all that was handed over is kept, or left over where there is no room. */
  close(): Promise<void> {
    this.#closing.abort()
    return this.#last
  }

  async #append(message: Message): Promise<void> {
    const { outbox, whenFull, leftovers, log, onKept } = this.options
    if (whenFull === 'wait' && !outbox.hasSpace) {
      await untilAborted(outbox.waitForSpace(), this.#closing.signal)
      if (!outbox.hasSpace && this.#closing.signal.aborted) {
        if (leftovers === undefined) throw publisherClosed()
        leftovers.push(message)
        return
      }
    }
    await outbox.append(message)
    log.debug(stampOf(message), 'event accepted')
    onKept()
  }
}

export function publisherClosed(): PublishError {
  return new PublishError('PUBLISH_CLOSED', 'the publisher is closed: nothing more can be published')
}
