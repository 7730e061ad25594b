import { GROUPS_LEVEL, TOPIC_NAME } from '../../publish/topics.js'

/** Whose topic it is, and which. */
export type FleetTopic =
  | { readonly kind: 'device'; readonly id: string; readonly name: string }
  | { readonly kind: 'group'; readonly group: string; readonly name: string }

/** @returns undefined for a topic that is none of a device or group under the prefix */
export function parseFleetTopic(topic: string, prefix: string): FleetTopic | undefined {
  if (!topic.startsWith(`${prefix}/`)) return undefined
  const [first, ...rest] = topic.slice(prefix.length + 1).split('/')
  if (!TOPIC_NAME.test(first) || rest.length === 0) return undefined
  if (first !== GROUPS_LEVEL) return { kind: 'device', id: first, name: rest.join('/') }
  const [group, ...below] = rest
  return TOPIC_NAME.test(group) && below.length > 0
    ? { kind: 'group', group, name: below.join('/') }
    : undefined
}

/** Filters for topics of one device, or of all without an id. */
export function deviceFilters(
  prefix: string,
  id: string | undefined,
  names: readonly string[],
): readonly string[] {
  return names.map((name) => `${prefix}/${id ?? '+'}/${name}`)
}

export function groupFilter(prefix: string): string {
  return `${prefix}/${GROUPS_LEVEL}/+/config/desired`
}

export function desiredTopic(prefix: string, scope: 'device' | 'group', name: string): string {
  return `${prefix}/${scope === 'group' ? `${GROUPS_LEVEL}/` : ''}${name}/config/desired`
}
