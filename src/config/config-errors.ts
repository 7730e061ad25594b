import { ConfigError } from '../errors.js'
import { environmentName, type KeySpec } from './key-spec.js'
import { masked } from './mask.js'
import { nearestKey } from './nearest-key.js'
import type { Origin } from './origin.js'

const MAX_SHOWN_CHARS = 80

/** CONFIG_INVALID_VALUE: names the key, the value unless it is secret, what is allowed, and where it came from. */
export function invalidValue(key: string, spec: KeySpec, value: unknown, origin: Origin): ConfigError {
  return new ConfigError(
    'CONFIG_INVALID_VALUE',
    `${key} is ${show(masked(value, spec))} (from ${origin.name}), allowed: ${spec.format.allowed}`,
  )
}

/** CONFIG_UNKNOWN_KEY: names the key, where it came from, and the key that was probably meant. */
export function unknownKey(key: string, origin: Origin, known: Iterable<string>): ConfigError {
  const nearest = nearestKey(key, known)
  const hint = nearest === undefined ? 'see `affectd config schema`' : `did you mean ${nearest}?`
  return new ConfigError('CONFIG_UNKNOWN_KEY', `unknown key ${clip(key)} (from ${origin.name}); ${hint}`)
}

/** CONFIG_UNKNOWN_KEY for a variable: a typo in one would otherwise be silently without effect. */
export function unknownVariable(variable: string, known: Iterable<string>): ConfigError {
  const nearest = nearestKey(variable, [...known].map(environmentName))
  const hint = nearest === undefined ? 'see `affectd config schema`' : `did you mean ${nearest}?`
  return new ConfigError(
    'CONFIG_UNKNOWN_KEY',
    `environment variable ${clip(variable)} names no key of the configuration; ${hint}`,
  )
}

export function notAGroup(group: string, value: unknown, origin: Origin): ConfigError {
  // The value may be a secret that slipped a level up: its kind is enough.
  const kind = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
  const what = group === '' ? 'the configuration' : group
  return new ConfigError(
    'CONFIG_INVALID_VALUE',
    `${what} is ${kind} (from ${origin.name}), allowed: an object of keys`,
  )
}

function show(value: unknown): string {
  return clip(JSON.stringify(value) ?? String(value))
}

function clip(text: string): string {
  const oneLine = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?')
  return oneLine.length <= MAX_SHOWN_CHARS ? oneLine : `${oneLine.slice(0, MAX_SHOWN_CHARS)}…`
}
