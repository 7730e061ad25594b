/**
 * Fits a matrix to the number of frames that the network takes: a longer one keeps its last `outFrames` rows, a
 * shorter one is repeated cyclically from its start.
 *
 * @param matrix row-major [frames × nCoefficients], frames ≥ 1
 * @param out    row-major [outFrames × nCoefficients], overwritten, owned by the caller; not `matrix`
 */
export function fitFramesInto(
  matrix: Float32Array,
  frames: number,
  nCoefficients: number,
  outFrames: number,
  out: Float32Array,
): void {
  const firstRow = Math.max(0, frames - outFrames)
  for (let row = 0; row < outFrames; row++) {
    const from = (firstRow + (row % frames)) * nCoefficients
    const to = row * nCoefficients
    for (let c = 0; c < nCoefficients; c++) out[to + c] = matrix[from + c]
  }
}
