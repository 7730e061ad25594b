import fc from 'fast-check'
import { CONFIG_KEYS } from '../../src/config/config.js'
import type { KeySpec } from '../../src/config/key-spec.js'

export type Values = ReadonlyMap<string, unknown>

/** Values that a key's own format accepts, from what its JSON Schema says. */
export function arbitraryValue({ format }: KeySpec): fc.Arbitrary<unknown> {
  const schema = format.jsonSchema as {
    type?: string
    enum?: unknown[]
    examples?: unknown[]
    minimum?: number
    maximum?: number
  }
  const range = { min: schema.minimum as number, max: schema.maximum as number }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  // What hardly any text is by chance.
  if (schema.examples !== undefined) return fc.constantFrom(...schema.examples)
  switch (schema.type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer(range)
    case 'number':
      // JSON has no negative zero.
      return fc.double({ ...range, noNaN: true }).map((value) => value + 0)
    default:
      return fc.string({ maxLength: 40 }).filter((text) => format.accepts(text))
  }
}

/**
 * Some keys that may be set from afar, each with a value that it accepts by itself; together they may still conflict.
 *
 * @param isSpared of keys that are not used
 */
export function arbitraryValues(isSpared: (key: string) => boolean, maxKeys: number): fc.Arbitrary<Values> {
  const remote = [...CONFIG_KEYS].filter(([key, spec]) => spec.remote && !isSpared(key))
  return fc
    .uniqueArray(fc.constantFrom(...remote), { minLength: 1, maxLength: maxKeys, selector: ([key]) => key })
    .chain((keys) =>
      fc.tuple(...keys.map(([key, spec]) => arbitraryValue(spec).map((value) => [key, value] as const))),
    )
    .map((pairs) => new Map(pairs))
}

/** The merge patch that sets them. */
export function patchOf(values: Values): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const [key, value] of values) {
    const path = key.split('.')
    const name = path.pop() as string
    let node = patch
    for (const group of path) node = (node[group] ??= {}) as Record<string, unknown>
    node[name] = value
  }
  return patch
}
