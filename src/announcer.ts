import type { AffectState, Judgement } from './affect/judgement.js'
import type { StreamContext } from './publish/emotion-event.js'
import { emotionEvent } from './publish/emotion-event.js'
import type { EventStamp } from './publish/event-sequence.js'
import { emotionMessage, stateMessage } from './publish/payloads.js'
import type { Message } from './publish/publisher.js'
import type { Topics } from './publish/topics.js'

export interface AnnouncerOptions {
  readonly topics: Topics
  readonly device: Omit<StreamContext, 'streamStartMs'>
  /** One sequence for all events of a boot. */
  readonly nextStamp: () => EventStamp
}

/** Turns what the pipeline found into messages. */
export class Announcer {
  readonly #options: AnnouncerOptions

  constructor(options: AnnouncerOptions) {
    this.#options = options
  }

  decision(judgement: Judgement, streamStartMs: number): Message {
    const { topics, device, nextStamp } = this.#options
    return emotionMessage(topics, emotionEvent(judgement, nextStamp(), { ...device, streamStartMs }))
  }

  state(state: AffectState, streamStartMs: number): Message {
    return stateMessage(this.#options.topics, state, streamStartMs)
  }
}
