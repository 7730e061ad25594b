import { ConfigError } from '../errors.js'
import { isExistingTime } from '../existing-time.js'
import { completed, type RuleSettings } from './alert-rules.js'
import { valueAt, type Config } from './config.js'
import type { Origin } from './origin.js'

type Origins = ReadonlyMap<string, Origin>

/** Pairs of keys of which the first may not exceed the second. */
const NOT_ABOVE = [
  ['gate.post_roll_ms', 'gate.hangover_ms'],
  ['gate.min_voiced_ms', 'gate.min_speech_ms'],
  ['gate.min_speech_ms', 'gate.window_ms'],
  ['gate.window_hop_ms', 'gate.window_ms'],
  ['gate.tail_speech_ms', 'gate.window_ms'],
  ['gate.window_ms', 'gate.max_speech_ms'],
] as const

/** The same within each rule that raises alerts. */
const RULE_NOT_ABOVE = [
  ['exit', 'enter'],
  ['hits', 'of'],
] as const satisfies readonly (readonly [keyof RuleSettings, keyof RuleSettings])[]

/**
 * What must hold between keys, and what a pattern cannot say of one.
 *
 * @throws {ConfigError} CONFIG_CONFLICT, CONFIG_INVALID_VALUE
 */
export function checkConflicts(config: Config, origins: Origins): void {
  const { capture, mqtt } = config
  if (capture.start_time !== '' && !isExistingTime(capture.start_time)) {
    throw new ConfigError(
      'CONFIG_INVALID_VALUE',
      `capture.start_time is "${capture.start_time}"${from(origins, 'capture.start_time')}, which is no day and time that exists since 1970`,
    )
  }
  for (const [small, large] of NOT_ABOVE) {
    const [a, b] = [valueAt(config, small) as number, valueAt(config, large) as number]
    if (a > b) throw conflict(origins, small, large, `do not fit: ${a} is more than ${b}`)
  }
  const { exit_score: exit, enter_score: enter } = config.gate
  if (exit >= enter) {
    throw conflict(
      origins,
      'gate.exit_score',
      'gate.enter_score',
      `do not fit: ${exit} must be less than ${enter}`,
    )
  }
  if (mqtt.password !== '' && mqtt.password_file !== '') {
    throw conflict(origins, 'mqtt.password', 'mqtt.password_file', 'are both set: empty one')
  }
  if (mqtt.username !== '' && mqtt.username_file !== '') {
    throw conflict(origins, 'mqtt.username', 'mqtt.username_file', 'are both set: empty one')
  }
  if ((mqtt.cert_file === '') !== (mqtt.key_file === '')) {
    throw conflict(origins, 'mqtt.cert_file', 'mqtt.key_file', 'belong together: set both or neither')
  }
  checkRules(config.alerts, origins)
}

function checkRules({ rules, ...groups }: Config['alerts'], origins: Origins): void {
  for (const [kind, rule] of Object.entries(groups)) {
    for (const [small, large] of misfits(rule)) {
      const [a, b] = [`alerts.${kind}.${small}`, `alerts.${kind}.${large}`]
      throw conflict(origins, a, b, `do not fit: ${rule[small]} is more than ${rule[large]}`)
    }
  }
  for (const [kind, given] of Object.entries(rules)) {
    const rule = completed(given)
    for (const [small, large] of misfits(rule)) {
      throw new ConfigError(
        'CONFIG_CONFLICT',
        `alerts.rules${from(origins, 'alerts.rules')}: in ${kind} ${small} and ${large} do not fit: ` +
          `${rule[small]} is more than ${rule[large]}`,
      )
    }
  }
}

/** Pairs of a rule's fields that are the wrong way round. */
function misfits(rule: RuleSettings): (typeof RULE_NOT_ABOVE)[number][] {
  return RULE_NOT_ABOVE.filter(([small, large]) => rule[small] > rule[large])
}

function conflict(origins: Origins, a: string, b: string, what: string): ConfigError {
  return new ConfigError('CONFIG_CONFLICT', `${a}${from(origins, a)} and ${b}${from(origins, b)} ${what}`)
}

function from(origins: Origins, key: string): string {
  return ` (from ${origins.get(key)?.name ?? 'default'})`
}
