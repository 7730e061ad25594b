import { reasonOf } from '../../reason-of.js'

/** One part of a support dump. */
export interface Section {
  readonly title: string
  /** Rejects or throws where it cannot be had: then the dump says so and goes on. */
  readonly gather: (signal: AbortSignal) => string | Promise<string>
  /** Default: 32 KiB. */
  readonly maxChars?: number
}

/** Longest time that one part may take. */
const PATIENCE_MS = 15_000
const MAX_CHARS = 32 * 1024

/**
 * The part as text, bounded in time and size, with its title. Never rejects.
 *
 * @param mask takes what is secret out of it: before it is cut, since half of a secret would not be known as one
 */
export async function gathered(
  { title, gather, maxChars = MAX_CHARS }: Section,
  mask: (text: string) => string,
): Promise<string> {
  const limit = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      limit.abort()
      resolve(`(not to be had within ${PATIENCE_MS / 1000} s)`)
    }, PATIENCE_MS)
  })
  // In a promise of its own: what throws at once is no different.
  const text = Promise.resolve()
    .then(() => gather(limit.signal))
    .catch((error: unknown) => `(not to be had: ${reasonOf(error)})`)
  const whole = mask(await Promise.race([text, tooLong]))
  clearTimeout(timer)
  const shown =
    whole.length <= maxChars ? whole : `… (only its last ${maxChars} characters)\n${whole.slice(-maxChars)}`
  return `== ${mask(title)} ==\n${shown.trimEnd()}\n`
}
