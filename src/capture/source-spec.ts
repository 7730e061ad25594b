import { ConfigError } from '../errors.js'
import { checkedDeviceName } from './device-name.js'
import type { Pace } from './pacer.js'

/** A parsed `capture.source`. */
export type SourceSpec =
  | { readonly kind: 'auto'; readonly device?: string }
  | { readonly kind: 'portaudio'; readonly device?: string }
  | { readonly kind: 'arecord'; readonly pcm?: string }
  | { readonly kind: 'file'; readonly path: string; readonly pace: Pace; readonly loop: boolean }
  | { readonly kind: 'stdin' }

const ALLOWED = 'auto, portaudio[:NAME], arecord[:PCM], file:PATH[?pace=realtime|fast&loop=1], stdin'

/** `key=value` pieces joined by `&`, without a slash: a folder named `what?a=b` is no query. */
const QUERY = /^\w+=[^&/]*(?:&\w+=[^&/]*)*$/

/**
 * `auto`, `portaudio[:NAME]`, `arecord[:PCM]`, `file:PATH[?pace=realtime|fast&loop=1]`, `stdin`.
 *
 * PATH is taken as it stands, without percent-decoding. What follows its last `?` is a query if it looks like
 * `key=value[&…]`, and part of the path otherwise; a path that itself ends so is named by adding a query:
 * `file:odd?a=b?pace=realtime`. Pace is `realtime` and loop 0 unless given.
 *
 * @throws {ConfigError} CAPTURE_BAD_SOURCE; CAPTURE_BAD_DEVICE for a device name that is not allowed
 */
export function parseSourceSpec(text: string): SourceSpec {
  const colon = text.indexOf(':')
  const kind = colon < 0 ? text : text.slice(0, colon)
  const rest = colon < 0 ? undefined : text.slice(colon + 1)
  switch (kind) {
    case 'auto':
    case 'stdin':
      if (rest !== undefined) throw badSource(text, `${kind} takes no argument`)
      return { kind }
    case 'portaudio':
      return rest === undefined ? { kind } : { kind, device: checkedDeviceName(rest) }
    case 'arecord':
      return rest === undefined ? { kind } : { kind, pcm: checkedDeviceName(rest) }
    case 'file':
      return parseFileSpec(text, rest ?? '')
    default:
      throw badSource(text, `unknown kind of source`)
  }
}

function parseFileSpec(text: string, rest: string): SourceSpec {
  const mark = rest.lastIndexOf('?')
  const hasQuery = mark >= 0 && QUERY.test(rest.slice(mark + 1))
  const path = hasQuery ? rest.slice(0, mark) : rest
  if (path === '') throw badSource(text, 'the path is missing')
  if (path.includes('\0')) throw badSource(text, 'the path contains a NUL character')

  const seen = new Set<string>()
  let pace: Pace = 'realtime'
  let loop = false
  for (const pair of hasQuery ? rest.slice(mark + 1).split('&') : []) {
    const [key, value] = pair.split(/=(.*)/s) as [string, string]
    if (seen.has(key)) throw badSource(text, `${key} is given twice`)
    seen.add(key)
    if (key === 'pace') pace = oneOf(text, key, value, ['realtime', 'fast'])
    else if (key === 'loop') loop = oneOf(text, key, value, ['0', '1']) === '1'
    else throw badSource(text, `unknown parameter ${key}`)
  }
  return { kind: 'file', path, pace, loop }
}

function oneOf<T extends string>(text: string, key: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value)
  if (found === undefined) throw badSource(text, `${key} is '${value}', not ${allowed.join(' or ')}`)
  return found
}

function badSource(text: string, why: string): ConfigError {
  return new ConfigError(
    'CAPTURE_BAD_SOURCE',
    `audio source ${JSON.stringify(text)}: ${why}; allowed are ${ALLOWED}`,
  )
}
