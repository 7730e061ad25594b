const f32 = Math.fround

/** Frames on either side that the regression sees. */
export const DELTA_REACH = 2

/** 2·Σθ² for θ = 1 … 2. */
const NORM = f32(10)

/**
 * Δ of every coefficient by regression over ±2 frames, float32:
 * d[t] = (1·(c[t+1] − c[t−1]) + 2·(c[t+2] − c[t−2])) / 10, per frame; the first and last rows stand for those beyond
 * the ends. Applied to its own output it gives ΔΔ.
 *
 * @param matrix row-major [frames × nCoefficients]
 * @param out    the same shape, overwritten, owned by the caller; not `matrix`
 * @see HTK Book 3.4, eq. 5.16; Furui 1986
 */
export function deltaInto(
  matrix: Float32Array,
  frames: number,
  nCoefficients: number,
  out: Float32Array,
): void {
  const last = frames - 1
  for (let t = 0; t < frames; t++) {
    const back1 = Math.max(0, t - 1) * nCoefficients
    const back2 = Math.max(0, t - 2) * nCoefficients
    const next1 = Math.min(last, t + 1) * nCoefficients
    const next2 = Math.min(last, t + 2) * nCoefficients
    for (let c = 0; c < nCoefficients; c++) {
      const near = f32(matrix[next1 + c] - matrix[back1 + c])
      const far = f32(matrix[next2 + c] - matrix[back2 + c])
      out[t * nCoefficients + c] = f32(near + f32(2 * far)) / NORM
    }
  }
}
