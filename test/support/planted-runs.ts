/** So many consecutive values are no chance. */
export const RUN = 6

/** A run with fewer different values, such as silence, is in all data. */
const LEAST_DISTINCT = 4
/** So far from the run's least to its greatest, as a share of the greatest value of all. */
const LEAST_SPREAD = 0.02
const BUCKETS = 2 ** 16

/** Runs of RUN consecutive values of planted sequences, indexed, so that megabytes can be searched for any of them. */
export class PlantedRuns {
  readonly #sequences: readonly ArrayLike<number>[]
  /** Where runs begin with a value: sequence and index. */
  readonly #starts = new Map<number, [sequence: number, index: number][]>()
  /** The same by the first value rounded to `#bucketWidth`. */
  readonly #buckets = new Map<number, [sequence: number, index: number][]>()
  readonly #bucketWidth: number

  constructor(sequences: readonly ArrayLike<number>[]) {
    this.#sequences = sequences
    let greatest = 0
    for (const sequence of sequences)
      for (let i = 0; i < sequence.length; i++) greatest = Math.max(greatest, Math.abs(sequence[i] as number))
    this.#bucketWidth = Math.max(greatest, 1e-9) / BUCKETS
    for (const [s, sequence] of sequences.entries()) {
      for (let i = 0; i + RUN <= sequence.length; i++) {
        if (!isDistinctive(sequence, i, greatest * LEAST_SPREAD)) continue
        add(this.#starts, sequence[i] as number, [s, i])
        add(this.#buckets, Math.round((sequence[i] as number) / this.#bucketWidth), [s, i])
      }
    }
  }

  /** Quick: false for most values. */
  mayBegin(value: number): boolean {
    return this.#starts.has(value)
  }

  /** @param valueAt the values looked for, by index from 0 to RUN − 1 */
  has(valueAt: (n: number) => number): boolean {
    const starts = this.#starts.get(valueAt(0)) ?? []
    return starts.some(([s, i]) => {
      for (let n = 1; n < RUN; n++) if (this.#sequences[s]?.[i + n] !== valueAt(n)) return false
      return true
    })
  }

  /** As `has`, each value within the tolerance. */
  hasNear(values: readonly number[], tolerance: number): boolean {
    const first = values[0] as number
    const from = Math.floor((first - tolerance) / this.#bucketWidth)
    const to = Math.ceil((first + tolerance) / this.#bucketWidth)
    for (let bucket = from; bucket <= to; bucket++) {
      for (const [s, i] of this.#buckets.get(bucket) ?? []) {
        const sequence = this.#sequences[s] as ArrayLike<number>
        if (values.every((value, n) => Math.abs(value - (sequence[i + n] as number)) <= tolerance))
          return true
      }
    }
    return false
  }
}

function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

function isDistinctive(sequence: ArrayLike<number>, from: number, leastSpread: number): boolean {
  const values = new Set<number>()
  let least = Infinity
  let greatest = -Infinity
  for (let i = from; i < from + RUN; i++) {
    const value = sequence[i] as number
    values.add(value)
    least = Math.min(least, value)
    greatest = Math.max(greatest, value)
  }
  return values.size >= LEAST_DISTINCT && greatest - least >= leastSpread
}
