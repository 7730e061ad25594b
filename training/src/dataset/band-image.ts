import type { Architecture } from '../architectures/architecture.js'
import type { Example, NormaliseAndFit } from '../train/example.js'
import type { Parameters } from '../train/parameters.js'
import { createDct } from '../../../src/features/dct.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'

/** The fixed first layer of a network that takes `bands`; its filter is a parameter that is not trained. */
export const BANDS_LAYER = 'bands'

/**
 * Filter that turns normalised MFCCs back into an image of as many mel bands: each coefficient at its spread over
 * speech, the inverse DCT, each band at unit spread. Convolutions over neighbouring bands mean something; over
 * neighbouring cepstral coefficients they do not.
 *
 * @param examples of the training side; their first variants' windows tell the spreads
 * @returns [coefficients, bands]: band = Σ coefficient × filter
 */
export function bandFilter(examples: readonly Example[], coefficients: number): Float32Array {
  const bands = coefficients
  const basis = createDct(bands, coefficients).matrix
  const windows = examples.flatMap(({ variants }) => variants[0] ?? [])
  const ofCoefficients = spreads(windows, coefficients, coefficients, (frame, c) => frame[c] as number)
  const inBand = (frame: Float32Array, band: number): number => {
    let sum = 0
    for (let c = 0; c < coefficients; c++) sum += (frame[c] as number) * (basis[c * bands + band] as number)
    return sum
  }
  const ofBands = spreads(windows, coefficients, bands, inBand)
  return basis.map(
    (value, i) =>
      (value * (ofCoefficients[Math.floor(i / bands)] as number)) / (ofBands[i % bands] as number),
  )
}

/**
 * What the network's own layers see of an input: the matrix itself, or its image in bands.
 *
 * @param parameters hold the filter of BANDS_LAYER where the architecture takes bands
 */
export function asNetworkInput(
  { input }: Architecture,
  parameters: Parameters,
  normaliseAndFit: NormaliseAndFit,
): NormaliseAndFit {
  if (input !== 'bands') return normaliseAndFit
  const { nMfcc } = FEATURE_PARAMS
  let matrix = new Float32Array(0)
  return (mfcc, frames, out, history) => {
    if (matrix.length !== out.length) matrix = new Float32Array(out.length)
    normaliseAndFit(mfcc, frames, matrix, history)
    bandImageInto(matrix, filterOf(parameters), nMfcc, out)
  }
}

/** @param matrix row-major [frames × coefficients], normalised; `out` of the same shape, overwritten */
export function bandImageInto(
  matrix: Float32Array,
  filter: Float32Array,
  coefficients: number,
  out: Float32Array,
): void {
  const bands = filter.length / coefficients
  const sums = new Float64Array(bands)
  for (let row = 0; row < matrix.length; row += coefficients) {
    sums.fill(0)
    // Two coefficients at a time: half of the reading and writing of sums.
    for (let c = 0; c + 1 < coefficients; c += 2) {
      const first = matrix[row + c] as number
      const second = matrix[row + c + 1] as number
      const from = c * bands
      for (let band = 0; band < bands; band++) {
        sums[band] =
          (sums[band] as number) +
          first * (filter[from + band] as number) +
          second * (filter[from + bands + band] as number)
      }
    }
    if (coefficients % 2 === 1) {
      const last = matrix[row + coefficients - 1] as number
      const from = (coefficients - 1) * bands
      for (let band = 0; band < bands; band++) {
        sums[band] = (sums[band] as number) + last * (filter[from + band] as number)
      }
    }
    out.set(sums, row)
  }
}

export function filterOf(parameters: Parameters): Float32Array {
  const filter = parameters.get(`${BANDS_LAYER}/filter`)
  if (!filter) throw new Error(`the network has no ${BANDS_LAYER}/filter`)
  return filter.values
}

/** Standard deviation of each of `count` values over all frames. */
function spreads(
  windows: readonly { readonly mfcc: Float32Array; readonly frames: number }[],
  coefficients: number,
  count: number,
  valueOf: (frame: Float32Array, index: number) => number,
): Float64Array {
  const sums = new Float64Array(count)
  const squares = new Float64Array(count)
  let frames = 0
  for (const window of windows) {
    for (let n = 0; n < window.frames; n++) {
      const frame = window.mfcc.subarray(n * coefficients, (n + 1) * coefficients)
      for (let i = 0; i < count; i++) {
        const value = valueOf(frame, i)
        sums[i] = (sums[i] as number) + value
        squares[i] = (squares[i] as number) + value * value
      }
    }
    frames += window.frames
  }
  return sums.map((sum, i) => {
    const mean = sum / Math.max(1, frames)
    return Math.sqrt(Math.max(1e-6, (squares[i] as number) / Math.max(1, frames) - mean * mean))
  })
}
