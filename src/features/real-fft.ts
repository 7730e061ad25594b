import { InternalError } from '../errors.js'
import { cosOfTurn, sinOfTurn } from './pinned-series.js'

const f32 = Math.fround

/** Fourier transform of `n` real samples, X[k] = Σ x[i]·exp(−2πj·ik/n), not scaled. */
export interface RealFft {
  readonly n: number
  /**
   * @param x      shape [≥ n], the first n are read
   * @param re,im  shape [n/2 + 1], overwritten, owned by the caller
   */
  transformInto(x: Float32Array, re: Float32Array, im: Float32Array): void
  /** Overwrites what the last transform left in scratch. */
  wipe(): void
}

/**
 * Radix-2, decimation in time, every operation rounded to float32. The even samples are the real and the odd ones
 * the imaginary parts of a complex transform of half the length, whose result is then split.
 *
 * Pinned: a butterfly is t = (wr·xr − wi·xi, wr·xi + wi·xr), then a ± t; no trivial twiddle is treated apart but
 * those of the first pass (1), where leaving the product out changes no bit.
 *
 * @param n a power of two, 4 … 65536
 * @throws {InternalError} if it is not
 * @see Cooley & Tukey 1965; splitting after Sorensen et al. 1987
 */
export function createRealFft(n: number): RealFft {
  const half = n / 2
  const { order, passCos, passSin, splitCos, splitSin } = fftTables(n)
  const zr = new Float32Array(half)
  const zi = new Float32Array(half)

  function firstPass(x: Float32Array): void {
    for (let i = 0; i < half; i += 2) {
      const a = 2 * order[i]
      const b = 2 * order[i + 1]
      zr[i] = x[a] + x[b]
      zi[i] = x[a + 1] + x[b + 1]
      zr[i + 1] = x[a] - x[b]
      zi[i + 1] = x[a + 1] - x[b + 1]
    }
  }

  function pass(span: number): void {
    for (let block = 0; block < half; block += 2 * span) {
      for (let j = 0; j < span; j++) {
        const a = block + j
        const b = a + span
        const wr = passCos[span - 1 + j]
        const wi = passSin[span - 1 + j]
        const xr = zr[b]
        const xi = zi[b]
        const tr = f32(f32(wr * xr) - f32(wi * xi))
        const ti = f32(f32(wr * xi) + f32(wi * xr))
        const ar = zr[a]
        const ai = zi[a]
        zr[a] = ar + tr
        zi[a] = ai + ti
        zr[b] = ar - tr
        zi[b] = ai - ti
      }
    }
  }

  function splitInto(re: Float32Array, im: Float32Array): void {
    re[0] = zr[0] + zi[0]
    im[0] = 0
    re[half] = zr[0] - zi[0]
    im[half] = 0
    for (let k = 1; k <= half / 2; k++) {
      const m = half - k
      // Halving is exact, so it does not matter for the bits where it is done.
      const evenRe = f32(f32(zr[k] + zr[m]) * 0.5)
      const evenIm = f32(f32(zi[k] - zi[m]) * 0.5)
      const oddRe = f32(f32(zi[k] + zi[m]) * 0.5)
      const oddIm = f32(f32(zr[m] - zr[k]) * 0.5)
      const wr = splitCos[k]
      const wi = splitSin[k]
      const tr = f32(f32(wr * oddRe) - f32(wi * oddIm))
      const ti = f32(f32(wr * oddIm) + f32(wi * oddRe))
      re[k] = evenRe + tr
      im[k] = evenIm + ti
      re[m] = evenRe - tr
      im[m] = ti - evenIm
    }
  }

  return {
    n,
    transformInto(x, re, im) {
      firstPass(x)
      for (let span = 2; span < half; span *= 2) pass(span)
      splitInto(re, im)
    },
    wipe() {
      zr.fill(0)
      zi.fill(0)
    },
  }
}

/** What a transform of a length is computed from. */
export interface FftTables {
  /** Bit reversal, shape [n/2]. */
  readonly order: Uint16Array
  /** exp(−2πj·i/(2·span)) of every pass, the pass of `span` at span − 1: shape [n/2]. */
  readonly passCos: Float32Array
  readonly passSin: Float32Array
  /** exp(−2πj·k/n), shape [n/4 + 1]. */
  readonly splitCos: Float32Array
  readonly splitSin: Float32Array
}

/**
 * @param n a power of two, 4 … 65536
 * @throws {InternalError} if it is not
 */
export function fftTables(n: number): FftTables {
  if (!Number.isInteger(n) || (n & (n - 1)) !== 0 || n < 4 || n > 65_536) {
    throw new InternalError(
      'INTERNAL_FEATURE_PARAMS',
      `FFT length ${n}: must be a power of two from 4 to 65536`,
    )
  }
  const half = n / 2
  const { cos: passCos, sin: passSin } = passTwiddles(half)
  return {
    order: bitReversal(half),
    passCos,
    passSin,
    splitCos: Float32Array.from({ length: half / 2 + 1 }, (_, k) => cosOfTurn(k, n)),
    splitSin: Float32Array.from({ length: half / 2 + 1 }, (_, k) => -sinOfTurn(k, n)),
  }
}

function bitReversal(n: number): Uint16Array {
  const order = new Uint16Array(n)
  for (let i = 1; i < n; i++) order[i] = (order[i >> 1] >> 1) | (i & 1 ? n >> 1 : 0)
  return order
}

/** Contiguous, as SIMD loads want it. */
function passTwiddles(n: number): { cos: Float32Array; sin: Float32Array } {
  const cos = new Float32Array(n)
  const sin = new Float32Array(n)
  for (let span = 1; span < n; span *= 2) {
    for (let i = 0; i < span; i++) {
      cos[span - 1 + i] = cosOfTurn(i, 2 * span)
      sin[span - 1 + i] = -sinOfTurn(i, 2 * span)
    }
  }
  return { cos, sin }
}
