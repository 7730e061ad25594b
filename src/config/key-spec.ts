import type { Format } from './format.js'

/** What some defaults depend on. */
export interface Machine {
  readonly hostname: string
  readonly homeDir: string
  readonly isRoot: boolean
  readonly env: NodeJS.ProcessEnv
}

/** One key of the configuration. */
export interface KeySpec<T = unknown> {
  readonly doc: string
  readonly format: Format<T>
  readonly default: NoInfer<T> | ((machine: Machine) => NoInfer<T>)
  /** What a default that depends on the machine is, in words. */
  readonly defaultDoc?: string
  /** Never shown, logged or reported. */
  readonly sensitive?: boolean
  /** A URL that may hold a name and a password: shown without them. */
  readonly holdsCredentials?: boolean
  /** May be set from afar. Never true for the broker's address, credentials, keys and paths. */
  readonly remote: boolean
  /** A change takes effect at the next start only. */
  readonly restart: boolean
}

/** Keys within groups within groups. */
export interface SchemaTree {
  readonly [name: string]: SchemaTree | KeySpec
}

/** The configuration that a schema describes. */
export type ConfigOf<S> = S extends KeySpec<infer T> ? T : { readonly [K in keyof S]: ConfigOf<S[K]> }

/** Checks a key's parts against each other; the value is the argument. */
export function key<T>(spec: KeySpec<T>): KeySpec<T> {
  return spec
}

/** What may be tuned from afar and takes effect with a restart. */
export function tunable<T>(doc: string, format: Format<T>, value: NoInfer<T>): KeySpec<T> {
  return { doc, format, default: value, remote: true, restart: true }
}

/** What may be tuned from afar and takes effect at once. */
export function hotTunable<T>(doc: string, format: Format<T>, value: NoInfer<T>): KeySpec<T> {
  return { doc, format, default: value, remote: true, restart: false }
}

export function isKeySpec(node: SchemaTree | KeySpec): node is KeySpec {
  return 'format' in node && 'doc' in node && typeof node.doc === 'string'
}

/** All keys by their dotted names, in the schema's order. */
export function keysOf(schema: SchemaTree, prefix = ''): ReadonlyMap<string, KeySpec> {
  const keys = new Map<string, KeySpec>()
  for (const [name, node] of Object.entries(schema)) {
    const path = prefix + name
    if (isKeySpec(node)) keys.set(path, node)
    else for (const [below, spec] of keysOf(node, `${path}.`)) keys.set(below, spec)
  }
  return keys
}

export function defaultOf<T>(spec: KeySpec<T>, machine: Machine): T {
  return typeof spec.default === 'function'
    ? (spec.default as (machine: Machine) => T)(machine)
    : spec.default
}

/** `mqtt.password_file` → `AFFECTD_MQTT_PASSWORD_FILE` */
export function environmentName(key: string): string {
  return `${ENVIRONMENT_PREFIX}${key.toUpperCase().replaceAll('.', '_')}`
}

export const ENVIRONMENT_PREFIX = 'AFFECTD_'
