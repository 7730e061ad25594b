/** Coefficients of a band-limited interpolator, ready for the inner loop of `Resampler`. */
export interface ResamplerKernel {
  /** Input samples under the filter; a multiple of 4. The output's position lies between the middle two. */
  readonly taps: number
  /** Fractional positions tabulated per input sample. */
  readonly phases: number
  /** True if positions fall between the tabulated ones and rows must be interpolated. */
  readonly isInterpolated: boolean
  /** Shape [phases + 1, taps]; every row sums to 1, so that the gain at DC is exactly that of one row. */
  readonly table: Float32Array
}

/** 10 dB better than promised: leaves room for interpolated rows and float32 coefficients. */
const STOPBAND_DB = 90
/** Of the lower of both Nyquist frequencies: flat below the first, STOPBAND_DB down from the second on. */
const PASSBAND_EDGE = 0.9
const STOPBAND_EDGE = 1
/** Half a MiB of float32. All usual rates fit; 44.1 kHz takes 160 × 316. */
const MAX_EXACT_TABLE = 131_072
/**
 * Linear interpolation between rows errs by (π / phases)² / 8 of full scale at the band's edge: −106 dB. Where the
 * kernel is stretched (input above the output's rate) proportionally fewer rows do.
 */
const INTERPOLATED_PHASES = 512

/**
 * Kaiser-windowed sinc, tabulated at the positions k · step / phases that occur, or, where these are too many, at
 * evenly spaced ones to interpolate between.
 *
 * @param inputRateHz  whole, > 0
 * @param outputRateHz whole, > 0
 * @param exactPhases  fractional positions that occur: outputRateHz / gcd of both rates
 * @see Kaiser 1974; Smith, "Digital Audio Resampling Home Page"
 */
export function designResamplerKernel(
  inputRateHz: number,
  outputRateHz: number,
  exactPhases: number,
): ResamplerKernel {
  // Frequencies in cycles per input sample, the unit of the taps.
  const nyquist = Math.min(inputRateHz, outputRateHz) / 2 / inputRateHz
  const cutoff = (nyquist * (PASSBAND_EDGE + STOPBAND_EDGE)) / 2
  const transition = nyquist * (STOPBAND_EDGE - PASSBAND_EDGE)
  const half = 2 * Math.ceil((STOPBAND_DB - 8) / (2.285 * 2 * Math.PI * transition) / 4)
  const taps = 2 * half
  const beta = 0.1102 * (STOPBAND_DB - 8.7)

  const isInterpolated = (exactPhases + 1) * taps > MAX_EXACT_TABLE
  const phases = isInterpolated ? Math.ceil(INTERPOLATED_PHASES * 2 * nyquist) : exactPhases
  const table = new Float32Array((phases + 1) * taps)
  const row = new Float64Array(taps)
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const t = tap - (half - 1) - phase / phases
      row[tap] = sinc(2 * cutoff * t) * kaiser(t / half, beta)
      sum += row[tap]
    }
    for (let tap = 0; tap < taps; tap++) table[phase * taps + tap] = row[tap] / sum
  }
  return { taps, phases, isInterpolated, table }
}

function sinc(x: number): number {
  return x === 0 ? 1 : sinPi(x) / (Math.PI * x)
}

/**
 * sin(πx) from additions and multiplications alone: these round alike on every machine, which Math.sin is not
 * bound to. Exact range reduction, then the Taylor series, whose first omitted term is below 2⁻⁵³ on [−½, ½].
 */
function sinPi(x: number): number {
  let r = x - 2 * Math.round(x / 2)
  if (r > 0.5) r = 1 - r
  else if (r < -0.5) r = -1 - r
  const a = Math.PI * r
  let term = a
  let sum = a
  for (let n = 1; n <= 10; n++) {
    term *= -(a * a) / (2 * n * (2 * n + 1))
    sum += term
  }
  return sum
}

/** @param x position in the window, 0 from ±1 on, so that phase 0 is symmetric. Not divided by I₀(β): rows are normalised anyway. */
function kaiser(x: number, beta: number): number {
  const inside = 1 - x * x
  return inside <= 0 ? 0 : besselI0(beta * Math.sqrt(inside))
}

/** Modified Bessel function of the first kind, order 0, by its power series (all terms positive). */
function besselI0(x: number): number {
  const quarter = (x * x) / 4
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k)
    sum += term
  }
  return sum
}
