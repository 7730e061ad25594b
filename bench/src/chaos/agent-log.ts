/** What an agent's log says of its events and its connection, in the order in which it happened. */
export type AgentStep =
  /** An agent begins: the first of the process, or another in its place. */
  | { readonly kind: 'began' }
  | { readonly kind: 'accepted' | 'acknowledged'; readonly bootId: string; readonly seq: number }
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost' }
  /** The disk fails: from here on new events are kept in memory only. */
  | { readonly kind: 'memory' }
  /** All events are on the disk again. */
  | { readonly kind: 'disk' }
  | Note['step']

/** What the log does not say, put between its lines by whoever saw it. */
export interface Note {
  /** Length of the log by then. */
  readonly atByte: number
  readonly step: { readonly kind: 'second' | 'broker_killed' }
}

const EVENT_TEXTS: Readonly<Record<string, 'accepted' | 'acknowledged'>> = {
  'event accepted': 'accepted',
  'event acknowledged': 'acknowledged',
}

interface LogLine {
  readonly msg?: unknown
  readonly code?: unknown
  readonly attempt?: unknown
  readonly boot_id?: unknown
  readonly seq?: unknown
}

/**
 * Reads the log of one process at level debug. Times in it are not looked at: they may be those of a clock that jumps.
 *
 * @param text  lines of JSON; the last may be torn, and what is no JSON is passed over
 * @param notes in the order of their places; each comes before the line that was not whole yet
 */
export function agentSteps(text: string, notes: readonly Note[] = []): AgentStep[] {
  const steps: AgentStep[] = []
  let noted = 0
  let endByte = 0
  for (const line of text.split('\n')) {
    endByte += Buffer.byteLength(line) + 1
    while (noted < notes.length && notes[noted]!.atByte < endByte) steps.push(notes[noted++]!.step)
    const step = stepOf(line)
    if (step !== undefined) steps.push(step)
  }
  return [...steps, ...notes.slice(noted).map(({ step }) => step)]
}

function stepOf(line: string): AgentStep | undefined {
  let fields: LogLine
  try {
    fields = Object(JSON.parse(line)) as LogLine
  } catch {
    return undefined
  }
  const { msg, code, attempt, boot_id: bootId, seq } = fields
  if (typeof msg !== 'string') return undefined
  // Whatever comes after a connection that was lost is counted on from there.
  if (msg === 'connecting to the broker') return attempt === 1 ? { kind: 'began' } : undefined
  if (msg === 'connected to the broker') return { kind: 'connected' }
  if (msg.startsWith('no connection to the broker')) return { kind: 'lost' }
  if (code === 'PUBLISH_OUTBOX_MEMORY') return { kind: 'memory' }
  if (msg === 'the outbox is on disk again') return { kind: 'disk' }
  const kind = EVENT_TEXTS[msg]
  return kind !== undefined && typeof bootId === 'string' && typeof seq === 'number'
    ? { kind, bootId, seq }
    : undefined
}
