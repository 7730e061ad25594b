/** What an agent's log says of its events and its connection, in the order in which it happened. */
export type AgentStep =
  | { readonly kind: 'accepted' | 'acknowledged'; readonly bootId: string; readonly seq: number }
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost' }
  /** The disk fails: from here on new events are kept in memory only. */
  | { readonly kind: 'memory' }
  /** All events are on the disk again. */
  | { readonly kind: 'disk' }

const EVENT_TEXTS: Readonly<Record<string, 'accepted' | 'acknowledged'>> = {
  'event accepted': 'accepted',
  'event acknowledged': 'acknowledged',
}

interface LogLine {
  readonly msg?: unknown
  readonly code?: unknown
  readonly boot_id?: unknown
  readonly seq?: unknown
}

/**
 * Reads the log of one process at level debug. Times in it are not looked at: they may be those of a clock that jumps.
 *
 * @param text lines of JSON; the last may be torn, and what is no JSON is passed over
 */
export function agentSteps(text: string): AgentStep[] {
  return text.split('\n').flatMap((line) => {
    const step = stepOf(line)
    return step === undefined ? [] : [step]
  })
}

function stepOf(line: string): AgentStep | undefined {
  let fields: LogLine
  try {
    fields = Object(JSON.parse(line)) as LogLine
  } catch {
    return undefined
  }
  const { msg, code, boot_id: bootId, seq } = fields
  if (typeof msg !== 'string') return undefined
  if (msg === 'connected to the broker') return { kind: 'connected' }
  if (msg.startsWith('no connection to the broker')) return { kind: 'lost' }
  if (code === 'PUBLISH_OUTBOX_MEMORY') return { kind: 'memory' }
  if (msg === 'the outbox is on disk again') return { kind: 'disk' }
  const kind = EVENT_TEXTS[msg]
  return kind !== undefined && typeof bootId === 'string' && typeof seq === 'number'
    ? { kind, bootId, seq }
    : undefined
}
