import { UsageError } from '../../errors.js'
import { TOPIC_NAME } from '../../publish/topics.js'
import { GLOB, matchesGlob } from './glob.js'

/** Which devices are meant: those that any of its parts names. */
export interface Selector {
  readonly isAll: boolean
  /** Device ids in full: meant even if the broker keeps nothing of them. */
  readonly ids: readonly string[]
  readonly patterns: readonly string[]
  readonly groups: readonly string[]
}

export interface SelectorOptions {
  readonly all?: boolean | undefined
  readonly group?: readonly string[] | undefined
}

/**
 * @param words device ids and patterns like `bus-*`
 * @throws {UsageError} USAGE_ARGUMENTS
 */
export function parseSelector(
  command: string,
  words: readonly string[],
  { all = false, group = [] }: SelectorOptions,
): Selector {
  const wrongWord = words.find((word) => !GLOB.test(word))
  if (wrongWord !== undefined) {
    throw refusal(
      command,
      `${JSON.stringify(wrongWord)} is no device id and no pattern: A-Z a-z 0-9 _ -, * and ?`,
    )
  }
  const wrongGroup = group.find((name) => !TOPIC_NAME.test(name))
  if (wrongGroup !== undefined) {
    throw refusal(command, `--group ${JSON.stringify(wrongGroup)} is no group: 1 to 64 of A-Z a-z 0-9 _ -`)
  }
  if (all && (words.length > 0 || group.length > 0)) {
    throw refusal(command, '--all leaves nothing to select: name devices or give --all')
  }
  const isPattern = (word: string): boolean => /[*?]/.test(word)
  return {
    isAll: all,
    ids: [...new Set(words.filter((word) => !isPattern(word)))],
    patterns: words.filter(isPattern),
    groups: group,
  }
}

/** Where nothing selected is a slip rather than everything. */
export function refuseEmptySelector(command: string, selector: Selector): void {
  if (!isEmptySelector(selector)) return
  throw refusal(command, "name devices, patterns like 'bus-*' or --group NAME, or give --all")
}

export function isEmptySelector({ isAll, ids, patterns, groups }: Selector): boolean {
  return !isAll && ids.length + patterns.length + groups.length === 0
}

/** @param group the device's own, null if it has none or nobody knows */
export function selects(selector: Selector, id: string, group: string | null): boolean {
  return (
    selector.isAll ||
    selector.ids.includes(id) ||
    (group !== null && selector.groups.includes(group)) ||
    selector.patterns.some((pattern) => matchesGlob(id, pattern))
  )
}

function refusal(command: string, why: string): UsageError {
  return new UsageError('USAGE_ARGUMENTS', `affectd ${command}: ${why}; see --help`)
}
