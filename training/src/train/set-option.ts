import { UsageError } from '../../../src/errors.js'

type Plain = number | boolean | string | readonly Plain[] | { readonly [key: string]: Plain }

/**
 * A copy of nested options with one of them changed.
 *
 * @param assignment `augment.mixupAlpha=0.3`; arrays as JSON: `variants.speeds=[0.9,1.1]`
 * @throws {UsageError} `USAGE_ARGUMENTS` if there is no such option or the value is not of its kind
 */
export function withOption<T extends object>(options: T, assignment: string): T {
  const equals = assignment.indexOf('=')
  const path = assignment.slice(0, Math.max(0, equals)).split('.')
  const text = assignment.slice(equals + 1)
  return replaced(options as unknown as Plain, path, text, assignment) as unknown as T
}

function replaced(value: Plain, path: readonly string[], text: string, assignment: string): Plain {
  const [key, ...rest] = path
  if (key === undefined) return parsedLike(value, text, assignment)
  if (typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, key)) {
    const choices =
      typeof value === 'object' && !Array.isArray(value) ? Object.keys(value).join(', ') : 'none'
    throw new UsageError('USAGE_ARGUMENTS', `--set ${assignment}: no option '${key}'; choose from ${choices}`)
  }
  const record = value as { readonly [key: string]: Plain }
  return { ...record, [key]: replaced(record[key] as Plain, rest, text, assignment) }
}

function parsedLike(value: Plain, text: string, assignment: string): Plain {
  if (typeof value === 'string') return text
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    parsed = undefined
  }
  const isAlike = Array.isArray(value)
    ? Array.isArray(parsed) && parsed.every((item) => typeof item === typeof value[0])
    : typeof parsed === typeof value && typeof value !== 'object' && !Number.isNaN(parsed)
  if (!isAlike) {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      `--set ${assignment}: the value must be of the kind of ${JSON.stringify(value)}`,
    )
  }
  return parsed as Plain
}
