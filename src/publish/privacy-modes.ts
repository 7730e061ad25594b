import type { Message } from './publisher.js'
import type { Topics } from './topics.js'

/** What may be published, from the mode that says most to the one that says nothing. */
export type PrivacyMode = 'full' | 'alerts-only' | 'aggregate' | 'off'

/** What tells something of who speaks. */
export type Disclosure = (typeof DISCLOSURES)[number]
export const DISCLOSURES = ['emotion', 'state', 'alert', 'summary'] as const

const LET_OUT: Readonly<Record<PrivacyMode, readonly Disclosure[]>> = {
  full: ['emotion', 'state', 'alert', 'summary'],
  'alerts-only': ['alert', 'summary'],
  aggregate: ['summary'],
  off: [],
}

/** Whether a mode lets out messages of a kind. What says nothing of anybody (`status`, `health`, …) always goes. */
export function lets(mode: PrivacyMode, what: Disclosure): boolean {
  return LET_OUT[mode].includes(what)
}

/**
 * What a mode keeps back of events that were accepted under another one: they may wait on disk for days.
 *
 * @returns whether a message must not be sent
 */
export function withheldBy(mode: PrivacyMode, topics: Topics): (message: Message) => boolean {
  return ({ topic, payload }) => {
    if (topic === topics.emotion) return !lets(mode, 'emotion')
    if (topic.startsWith(topics.alert(''))) return payload !== '' && !lets(mode, 'alert')
    if (topic !== topics.summary) return false
    return !lets(mode, 'summary') || (mode === 'aggregate' && !payload.includes('"kind":"aggregate"'))
  }
}
