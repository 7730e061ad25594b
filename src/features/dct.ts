import { fourLaneDot } from './four-lane-dot.js'
import { cosOfTurn } from './pinned-series.js'

export interface Dct {
  /** Row-major [nOut × nIn]; rows are orthonormal. */
  readonly matrix: Float32Array
  /**
   * @param x         shape [nIn]
   * @param out       nOut values are written from `outOffset` on; owned by the caller
   */
  applyInto(x: Float32Array, out: Float32Array, outOffset: number): void
}

/**
 * The first `nOut` coefficients of an orthonormal DCT-II:
 * X[k] = c(k)·Σ x[i]·cos(πk(2i + 1)/2n), c(0) = √(1/n), c(k) = √(2/n). Rows summed by `fourLaneDot`.
 *
 * @see Ahmed, Natarajan & Rao 1974
 */
export function createDct(nIn: number, nOut: number): Dct {
  const matrix = new Float32Array(nOut * nIn)
  for (let k = 0; k < nOut; k++) {
    const norm = Math.sqrt((k === 0 ? 1 : 2) / nIn)
    for (let i = 0; i < nIn; i++) matrix[k * nIn + i] = norm * cosOfTurn(k * (2 * i + 1), 4 * nIn)
  }
  return {
    matrix,
    applyInto(x, out, outOffset) {
      for (let k = 0; k < nOut; k++) out[outOffset + k] = fourLaneDot(matrix, k * nIn, x, 0, nIn)
    },
  }
}
