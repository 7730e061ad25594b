/** A JSON object as it came: its values are hostile until checked. */
export type JsonObject = Readonly<Record<string, unknown>>

export interface JsonLimits {
  readonly maxBytes: number
  /** Objects and lists within each other. */
  readonly maxDepth: number
}

/**
 * Reads a JSON object that came from outside.
 *
 * @param payload UTF-8
 * @param refuse  makes the error from why it cannot be read
 * @throws what `refuse` makes
 */
export function readJsonObject(
  payload: Uint8Array,
  { maxBytes, maxDepth }: JsonLimits,
  refuse: (why: string) => Error,
): JsonObject {
  if (payload.length > maxBytes) throw refuse(`it has ${payload.length} bytes, ${maxBytes} are allowed`)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    throw refuse('it is not UTF-8 JSON')
  }
  if (!isJsonObject(value)) throw refuse('it is not a JSON object')
  if (isDeeperThan(value, maxDepth)) throw refuse(`it is nested more than ${maxDepth} levels deep`)
  return value
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Walks with a stack of its own: the call stack must not depend on what a stranger sends. */
function isDeeperThan(root: object, maxDepth: number): boolean {
  const stack: { value: object; depth: number }[] = [{ value: root, depth: 1 }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.depth > maxDepth) return true
    for (const value of Object.values(next.value) as unknown[]) {
      if (typeof value === 'object' && value !== null) stack.push({ value, depth: next.depth + 1 })
    }
  }
  return false
}
