import type { TensorType } from './kernel.js'
import type { Layer } from './manifest.js'

/** What an engine is to run. */
export interface NetworkPlan {
  readonly layers: readonly Layer[]
  /** The network's input, then each layer's output: layer i reads tensor i and writes tensor i + 1. */
  readonly tensors: readonly TensorType[]
  /** weights.bin; the layers' parts are checked to lie inside. */
  readonly weights: Uint8Array
}

/** Runs a network's layers. */
export interface LayerRunner {
  /**
   * @param input as long as tensor 0, read only during the call
   * @returns the last tensor: a view of the engine's own memory, overwritten by the next run
   */
  run(input: Int8Array): Int8Array
  /**
   * Quantises first, as `quantizeInputInto`.
   *
   * @throws {InternalError} INTERNAL_NOT_FINITE
   */
  runReal(real: Float32Array): Int8Array
  /** Overwrites input, output and all between them. */
  wipe(): void
}

/**
 * Prepares every layer and all memory that lies between them, so that a run allocates nothing. Every engine gives the
 * same bytes.
 */
export type Engine = (plan: NetworkPlan) => LayerRunner

/** Where the output of a layer lies in an arena. */
export interface ArenaPlan {
  readonly bytes: number
  readonly offsets: readonly number[]
}

/**
 * A layer needs its input and its output only, so tensors lie by turns at the arena's two ends: it is as large as
 * the largest pair of neighbours.
 *
 * @param slack bytes that are kept free between any two
 */
export function planArena(lengths: readonly number[], slack = 0): ArenaPlan {
  const pairs = lengths.map((length, index) => length + (lengths[index + 1] ?? 0) + slack)
  const bytes = Math.max(...pairs)
  return { bytes, offsets: lengths.map((length, index) => (index % 2 === 0 ? 0 : bytes - length)) }
}
