import type { Random } from '../random.js'

export function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)] as T
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next()
}

/** @param shares how often each name is drawn; they sum to 1 */
export function pickByShare<K extends string>(shares: Readonly<Record<K, number>>, random: Random): K {
  const names = Object.keys(shares) as K[]
  let left = random.next()
  return names.find((name) => (left -= shares[name]) < 0) ?? (names.at(-1) as K)
}
