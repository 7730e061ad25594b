import { cleanText } from './clean-text.js'

/** One PCM that ALSA's configuration offers for capture. */
export interface PcmHint {
  readonly name: string
  /** Lines of its description, in order; may be none. */
  readonly description: readonly string[]
}

/** More than any machine has; beyond it the output is not a list of devices. */
const MAX_HINTS = 1000

/**
 * What `arecord -L` prints: a name at the beginning of a line, its description indented below it. Descriptions above
 * the first name are passed over, and of names that come twice the first one counts.
 */
export function parsePcmHints(text: string): readonly PcmHint[] {
  const hints = new Map<string, string[]>()
  let description: string[] | undefined
  for (const line of text.split('\n')) {
    const said = cleanText(line)
    if (said === '') continue
    if (/^\s/.test(line)) {
      description?.push(said)
      continue
    }
    // A name is handed back to ALSA: one that had to be cleaned is none.
    const name = line.trimEnd()
    description = said === name && !hints.has(name) && hints.size < MAX_HINTS ? [] : undefined
    if (description !== undefined) hints.set(name, description)
  }
  return [...hints].map(([name, lines]) => ({ name, description: lines }))
}
