import type { IncomingMessage } from '../publish/link.js'
import { parseEmotionEvent } from '../publish/parse-emotion-event.js'
import type { CommandIo } from './io.js'
import { renderEvent } from './render-event.js'

/** Shows what comes over MQTT: the demo sees no more than any other subscriber would. */
export class DemoScreen {
  #decisions = 0
  #segments = 0
  #isSpeaking = false
  readonly #ended = new AbortController()
  readonly #color: boolean

  constructor(private readonly io: CommandIo) {
    this.#color = io.isTty && (io.env['NO_COLOR'] ?? '') === ''
  }

  /** Aborts when the device has said goodbye. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  get summary(): string {
    return `${this.#segments} speech segments, ${this.#decisions} emotion events`
  }

  show({ topic, payload }: IncomingMessage): void {
    const kind = topic.slice('affectd/demo/'.length)
    if (kind === 'emotion') {
      const event = parseEmotionEvent(payload)
      if (event === undefined) return
      this.#decisions += 1
      this.io.out(`${renderEvent(event, { color: this.#color })}\n`)
    } else if (kind === 'state' || kind === 'status') {
      this.#showChange(kind, JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>)
    }
  }

  #showChange(kind: 'state' | 'status', fields: Readonly<Record<string, unknown>>): void {
    const at = String(fields['time']).slice(11, 23)
    if (kind === 'status') {
      this.io.out(`${at}  device is ${String(fields['state'])}\n`)
      if (fields['state'] === 'offline') this.#ended.abort()
      return
    }
    const isSpeaking = fields['speaking'] === true
    if (isSpeaking === this.#isSpeaking) return
    this.#isSpeaking = isSpeaking
    if (isSpeaking) this.#segments += 1
    this.io.out(`${at}  ${isSpeaking ? 'speech begins' : 'speech ends'}\n`)
  }
}
