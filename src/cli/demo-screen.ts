import type { IncomingMessage } from '../publish/link.js'
import { parseEmotionEvent } from '../publish/parse-emotion-event.js'
import type { CommandIo } from './io.js'
import { jsonFields } from './json-fields.js'
import { renderAlert, timeOfDay } from './render-alert.js'
import { plain } from '../plain-text.js'
import { renderEvent } from './render-event.js'

/** First levels of the demo's topics. */
export const DEMO_BASE = 'affectd/demo'
const ALERTS = 'alert/'

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
    const kind = topic.slice(`${DEMO_BASE}/`.length)
    if (kind === 'emotion') {
      const event = parseEmotionEvent(payload)
      if (event === undefined) return
      this.#decisions += 1
      this.io.out(`${renderEvent(event, { color: this.#color })}\n`)
    } else if (kind.startsWith(ALERTS)) {
      const fields = jsonFields(payload)
      if (fields !== undefined) this.#showAlert(kind.slice(ALERTS.length), fields)
    } else if (kind === 'state' || kind === 'status') {
      // The broker takes messages from anybody on this machine.
      const fields = jsonFields(payload)
      if (fields !== undefined) this.#showChange(kind, fields)
    }
  }

  #showAlert(kind: string, fields: Readonly<Record<string, unknown>>): void {
    const text = `${timeOfDay(fields)}  ${renderAlert(kind, fields)}`
    this.io.out(`${this.#color ? `\u001b[1m${text}\u001b[0m` : text}\n`)
  }

  #showChange(kind: 'state' | 'status', fields: Readonly<Record<string, unknown>>): void {
    const at = timeOfDay(fields)
    if (kind === 'status') {
      const reason = typeof fields['reason'] === 'string' ? ` (${plain(fields['reason'])})` : ''
      this.io.out(`${at}  device is ${plain(String(fields['state']))}${reason}\n`)
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
