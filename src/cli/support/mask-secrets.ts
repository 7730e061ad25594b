import { maskUrlCredentials } from '../../ops/mask-credentials.js'

const MASK = '***'
/** A shorter secret is looked for as a word of its own only: else it would mask half the text. */
const LEAST_ANYWHERE = 4
/** Names of what is secret, wherever they stand: in a setting, a variable, JSON, JSON within JSON, a header, a log. */
const NAME = String.raw`(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|private[_-]?key|authorization)[a-z0-9_]*\\*["']?\s*[:=]\s*`
/** To the end of the quotation, whatever stands in it. */
const NAMED_QUOTED = new RegExp(String.raw`(${NAME}(\\*["']))(?:(?!\2)(?:\\.|[^\n]))*`, 'gi')
const NAMED = new RegExp(String.raw`(${NAME})(?:(?:bearer|basic|digest) +)?(?!["'\\])[^\s"']+`, 'gi')
const BEARER = /\b(bearer|basic) +[A-Za-z0-9._~+/-]{6,}=*/gi
/** One whose end is missing reaches to the end of the text. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g
const UNSHOWABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g

/**
 * Makes text fit to be sent to a stranger: secrets that are known, and what by its form or its name is one, become `***`;
 * characters that would move a terminal's cursor become `?`.
 *
 * @param known secrets in any order, as they are configured
 */
export function createMasker(known: Iterable<string>): (text: string) => string {
  const forms = new Set([...known].flatMap((secret) => [secret, encodeURIComponent(secret), escaped(secret)]))
  // A longer one first: it may hold a shorter one.
  const secrets = [...forms].filter((secret) => secret !== '').sort((a, b) => b.length - a.length)
  return (text) => {
    let masked = text.replaceAll(PRIVATE_KEY, `(private key ${MASK})`)
    for (const secret of secrets) masked = withoutSecret(masked, secret)
    return maskUrlCredentials(masked)
      .replaceAll(NAMED_QUOTED, `$1${MASK}`)
      .replaceAll(NAMED, `$1${MASK}`)
      .replaceAll(BEARER, `$1 ${MASK}`)
      .replaceAll(UNSHOWABLE, '?')
  }
}

function withoutSecret(text: string, secret: string): string {
  if (secret.length >= LEAST_ANYWHERE) return text.replaceAll(secret, MASK)
  const quoted = secret.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  return text.replaceAll(new RegExp(`(?<![A-Za-z0-9])${quoted}(?![A-Za-z0-9])`, 'g'), MASK)
}

/** As it stands within a JSON string. */
function escaped(secret: string): string {
  return JSON.stringify(secret).slice(1, -1)
}
