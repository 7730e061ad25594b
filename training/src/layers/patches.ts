/** Where a convolution of stride 1 takes its values from. */
export interface PatchGeometry {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly kernel: readonly [number, number]
  readonly dilation: readonly [number, number]
  /** Zeros before the first row and column. */
  readonly top: number
  readonly left: number
  readonly outHeight: number
  readonly outWidth: number
}

/**
 * Every value that each filter tap sees, tap by tap: [kernel rows × kernel columns × channels, batch × output
 * positions]. Its product with the output's gradient, [positions, out], is the filter's gradient in the filter's own
 * order, and a matrix product is the fastest thing that the backend has.
 *
 * @param x   [batch, height, width, channels]
 * @param out overwritten
 */
export function transposedPatchesInto(x: Float32Array, g: PatchGeometry, out: Float32Array): void {
  const { batch, height, width, channels, outHeight, outWidth } = g
  const plane = height * width
  const positions = outHeight * outWidth
  const columns = batch * positions
  const [kh, kw] = g.kernel
  const [dh, dw] = g.dilation
  const channelFirst = new Float32Array(channels * plane)
  for (let n = 0; n < batch; n++) {
    transposeInto(x, n * plane * channels, plane, channels, channelFirst)
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const dy = i * dh - g.top
        const dx = j * dw - g.left
        for (let c = 0; c < channels; c++) {
          const to = ((i * kw + j) * channels + c) * columns + n * positions
          shiftedPlaneInto(channelFirst, c * plane, g, dy, dx, out, to)
        }
      }
    }
  }
}

/** Copies a plane moved by (dy, dx); what comes from outside is zero. */
function shiftedPlaneInto(
  source: Float32Array,
  from: number,
  { height, width, outHeight, outWidth }: PatchGeometry,
  dy: number,
  dx: number,
  out: Float32Array,
  to: number,
): void {
  const firstX = Math.min(outWidth, Math.max(0, -dx))
  const endX = Math.max(firstX, Math.min(outWidth, width - dx))
  if (width === 1 && outWidth === 1) {
    const firstY = Math.min(outHeight, Math.max(0, -dy))
    const endY = Math.max(firstY, Math.min(outHeight, height - dy))
    for (let y = 0; y < firstY; y++) out[to + y] = 0
    for (let y = firstY; y < endY; y++) out[to + y] = source[from + y + dy] as number
    for (let y = endY; y < outHeight; y++) out[to + y] = 0
    return
  }
  for (let y = 0; y < outHeight; y++) {
    const row = to + y * outWidth
    const sourceRow = from + (y + dy) * width + dx
    if (y + dy < 0 || y + dy >= height) {
      for (let x = 0; x < outWidth; x++) out[row + x] = 0
      continue
    }
    for (let x = 0; x < firstX; x++) out[row + x] = 0
    for (let x = firstX; x < endX; x++) out[row + x] = source[sourceRow + x] as number
    for (let x = endX; x < outWidth; x++) out[row + x] = 0
  }
}

/** [rows × columns] at an offset → [columns × rows], in blocks of four rows. */
export function transposeInto(
  source: Float32Array,
  offset: number,
  rows: number,
  columns: number,
  out: Float32Array,
): void {
  const BLOCK = 16
  for (let row = 0; row < rows; row += BLOCK) {
    const end = Math.min(rows, row + BLOCK)
    for (let c = 0; c < columns; c++) {
      for (let r = row; r < end; r++) out[c * rows + r] = source[offset + r * columns + c] as number
    }
  }
}
