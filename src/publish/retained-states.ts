import type { Message } from './publisher.js'

type Progress = 'waiting' | 'in_flight' | 'settled' | 'refused'

interface State {
  message: Message
  progress: Progress
}

/**
 * The newest message of each retained topic and whether the broker has it. A newer one replaces an older one, sent or
 * not; every new connection gets all of them again, since the broker may have lost its memory.
 *
 * waiting → in_flight → settled | refused; anything → waiting when a newer message comes or a connection begins.
 */
export class RetainedStates {
  readonly #byTopic = new Map<string, State>()

  set(message: Message): void {
    this.#byTopic.set(message.topic, { message, progress: 'waiting' })
  }

  /** A fresh connection: all have to be said again, `greeting` before the others. */
  restart(greeting: Message): void {
    const others = [...this.#byTopic.values()].filter(({ message }) => message.topic !== greeting.topic)
    this.#byTopic.clear()
    this.set(greeting)
    for (const { message } of others) this.set(message)
  }

  /** Refused ones get another chance. */
  retryRefused(): void {
    for (const state of this.#byTopic.values()) if (state.progress === 'refused') state.progress = 'waiting'
  }

  /** The next message to send, in flight from here on; undefined if there is none. */
  take(): Message | undefined {
    for (const state of this.#byTopic.values()) {
      if (state.progress !== 'waiting') continue
      state.progress = 'in_flight'
      return state.message
    }
    return undefined
  }

  /** What became of a message that was taken. Says nothing about a newer one of the same topic. */
  done(message: Message, isRefused: boolean): void {
    const state = this.#byTopic.get(message.topic)
    if (state?.message === message) state.progress = isRefused ? 'refused' : 'settled'
  }

  /** States that the broker has yet to be told. Refused ones do not count: they may never be taken. */
  get pending(): number {
    let count = 0
    for (const { progress } of this.#byTopic.values()) {
      if (progress === 'waiting' || progress === 'in_flight') count += 1
    }
    return count
  }
}
