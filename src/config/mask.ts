import type { KeySpec } from './key-spec.js'

export const MASK = '***'

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i

/** A value as it may be shown: secrets masked, and the password in a URL too. An unset secret shows as unset. */
export function masked(
  value: unknown,
  { sensitive = false, holdsCredentials = false }: Pick<KeySpec, 'sensitive' | 'holdsCredentials'>,
): unknown {
  if (value === '') return value
  if (sensitive) return MASK
  if (typeof value === 'string') {
    // A URL may be pasted into any key; what goes where a URL belongs may lack its scheme.
    return holdsCredentials || SCHEME.test(value) ? maskCredentials(value) : value
  }
  return holdsCredentials && typeof value === 'object' && value !== null ? MASK : value
}

/**
 * Masks all that stands before the last `@`, but for scheme and user name. A password may hold `/`, `?`, `#` and `@`
 * that should have been percent-encoded: such a text is no URL, so where its authority ends cannot be told.
 */
function maskCredentials(text: string): string {
  const end = text.lastIndexOf('@')
  if (end < 0) return text
  const scheme = SCHEME.exec(text)?.[0] ?? ''
  const user = scheme === '' ? '' : (/^[^/?#@:]+:/.exec(text.slice(scheme.length, end))?.[0] ?? '')
  return `${scheme}${user}${MASK}${text.slice(end)}`
}
