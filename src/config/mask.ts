import type { KeySpec } from './key-spec.js'

export const MASK = '***'

/** A value as it may be shown: secrets masked, and the password in a URL too. An unset secret shows as unset. */
export function masked(value: unknown, { sensitive = false }: Pick<KeySpec, 'sensitive'>): unknown {
  if (value === '') return value
  if (sensitive) return MASK
  return typeof value === 'string' ? maskUrlPassword(value) : value
}

/** Masks what stands between `://` and the last `@` of the authority, also where the rest is no valid URL. */
function maskUrlPassword(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i, (_, scheme: string, credentials: string) => {
    const user = credentials.includes(':') ? credentials.slice(0, credentials.indexOf(':')) : ''
    return `${scheme}${user}${user === '' ? '' : ':'}${MASK}@`
  })
}
