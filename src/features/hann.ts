import { sinOfTurn } from './pinned-series.js'

/**
 * Periodic Hann window, w[i] = sin²(πi/n), rounded to float32: shape [n], w[0] = 0, sum n/2 and w[i] = w[n−i].
 *
 * @see Harris 1978, "On the use of windows for harmonic analysis with the discrete Fourier transform"
 */
export function hannPeriodic(n: number): Float32Array {
  const window = new Float32Array(n)
  for (let i = 0; i < n; i++) {
    const s = sinOfTurn(i, 2 * n)
    window[i] = s * s
  }
  return window
}
