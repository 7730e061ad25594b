// AssemblyScript: compiled by src/tf/kernels.ts, not by tsc. Every array is float32 on the heap that the tensors live
// in, given by its address; matrices are row-major. Nothing is allocated here, so the heap stays TensorFlow's own.

const FLOAT: usize = 4
const VECTOR: usize = 16

/** out = x · scale + shift by column, then perhaps ReLU. `scale` and `shift` are [columns]. */
export function scaleShift(
  x: usize,
  scale: usize,
  shift: usize,
  out: usize,
  rows: i32,
  columns: i32,
  isRelu: bool,
): void {
  const zero = f32x4.splat(0)
  const width = <usize>columns * FLOAT
  const wide = <usize>(columns & ~3) * FLOAT
  for (let row = 0; row < rows; row++) {
    for (let c: usize = 0; c < wide; c += VECTOR) {
      let value = f32x4.add(f32x4.mul(v128.load(x + c), v128.load(scale + c)), v128.load(shift + c))
      if (isRelu) value = f32x4.max(value, zero)
      v128.store(out + c, value)
    }
    for (let c = wide; c < width; c += FLOAT) {
      const value = load<f32>(x + c) * load<f32>(scale + c) + load<f32>(shift + c)
      store<f32>(out + c, isRelu ? max<f32>(value, 0) : value)
    }
    x += width
    out += width
  }
}

/**
 * Sums of each column of x, and of its products with y's, in double precision.
 *
 * @param gate where it is not above zero, x counts as zero; 0: everywhere as it is
 * @param sums float64 [2 × columns], overwritten: the sums, then the products
 */
export function columnProducts(x: usize, y: usize, gate: usize, sums: usize, rows: i32, columns: i32): void {
  const width = <usize>columns * FLOAT
  const wide = <usize>(columns & ~3) * FLOAT
  const products = sums + 2 * width
  memory.fill(sums, 0, 4 * width)
  // Few enough rows that single precision loses nothing worth keeping.
  const BLOCK = 16
  for (let first = 0; first < rows; first += BLOCK) {
    const count = <usize>min(BLOCK, rows - first)
    const start = <usize>first * width
    for (let c: usize = 0; c < wide; c += VECTOR) {
      let sum = f32x4.splat(0)
      let product = f32x4.splat(0)
      for (let i = start + c, end = i + count * width; i < end; i += width) {
        const value = gated(v128.load(x + i), gate, i)
        sum = f32x4.add(sum, value)
        product = f32x4.add(product, f32x4.mul(value, v128.load(y + i)))
      }
      addDoubles(sums + 2 * c, sum)
      addDoubles(products + 2 * c, product)
    }
    for (let c = wide; c < width; c += FLOAT) {
      for (let i = start + c, end = i + count * width; i < end; i += width) {
        const value: f64 = gate == 0 || load<f32>(gate + i) > 0 ? load<f32>(x + i) : 0
        store<f64>(sums + 2 * c, load<f64>(sums + 2 * c) + value)
        store<f64>(products + 2 * c, load<f64>(products + 2 * c) + value * load<f32>(y + i))
      }
    }
  }
}

/** out = x · scale + y · slope + offset by column, where x counts as zero unless its gate is above zero (0: no gate). */
export function combine(
  x: usize,
  y: usize,
  gate: usize,
  scale: usize,
  slope: usize,
  offset: usize,
  out: usize,
  rows: i32,
  columns: i32,
): void {
  const width = <usize>columns * FLOAT
  const wide = <usize>(columns & ~3) * FLOAT
  for (let row = 0, i: usize = 0; row < rows; row++) {
    for (let c: usize = 0; c < wide; c += VECTOR, i += VECTOR) {
      const own = f32x4.mul(gated(v128.load(x + i), gate, i), v128.load(scale + c))
      const other = f32x4.add(f32x4.mul(v128.load(y + i), v128.load(slope + c)), v128.load(offset + c))
      v128.store(out + i, f32x4.add(own, other))
    }
    for (let c = wide; c < width; c += FLOAT, i += FLOAT) {
      const value: f32 = gate == 0 || load<f32>(gate + i) > 0 ? load<f32>(x + i) : 0
      const other = load<f32>(y + i) * load<f32>(slope + c) + load<f32>(offset + c)
      store<f32>(out + i, value * load<f32>(scale + c) + other)
    }
  }
}

function gated(value: v128, gate: usize, i: usize): v128 {
  return gate == 0 ? value : v128.and(value, f32x4.gt(v128.load(gate + i), f32x4.splat(0)))
}

function addDoubles(at: usize, value: v128): void {
  const high = v128.shuffle<f32>(value, value, 2, 3, 0, 1)
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(value)))
  v128.store(at, f64x2.add(v128.load(at, VECTOR), f64x2.promote_low_f32x4(high)), VECTOR)
}

/** Means over windows of kernelH × kernelW without overlap; a last partial window is dropped. x: [batch, height, width, channels]. */
export function averagePool(
  x: usize,
  out: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  kernelH: i32,
  kernelW: i32,
): void {
  const outH = height / kernelH
  const outW = width / kernelW
  const share: f32 = 1 / <f32>(kernelH * kernelW)
  const cell = <usize>channels * FLOAT
  const wide = <usize>(channels & ~3) * FLOAT
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < outH; row++) {
      for (let column = 0; column < outW; column++) {
        const from = x + <usize>((n * height + row * kernelH) * width + column * kernelW) * cell
        for (let c: usize = 0; c < wide; c += VECTOR) {
          let sum = f32x4.splat(0)
          for (let i = 0; i < kernelH; i++) {
            for (let j = 0; j < kernelW; j++) {
              sum = f32x4.add(sum, v128.load(from + c + <usize>(i * width + j) * cell))
            }
          }
          v128.store(out + c, f32x4.mul(sum, f32x4.splat(share)))
        }
        for (let c = wide; c < cell; c += FLOAT) {
          let sum: f32 = 0
          for (let i = 0; i < kernelH; i++) {
            for (let j = 0; j < kernelW; j++) sum += load<f32>(from + c + <usize>(i * width + j) * cell)
          }
          store<f32>(out + c, sum * share)
        }
        out += cell
      }
    }
  }
}

/** Gradient of `averagePool` by its input. */
export function averagePoolGradient(
  dOut: usize,
  dX: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  kernelH: i32,
  kernelW: i32,
): void {
  const outH = height / kernelH
  const outW = width / kernelW
  const share: f32 = 1 / <f32>(kernelH * kernelW)
  const cell = <usize>channels * FLOAT
  const wide = <usize>(channels & ~3) * FLOAT
  if (outH * kernelH < height || outW * kernelW < width) {
    memory.fill(dX, 0, <usize>(batch * height * width) * cell)
  }
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < outH; row++) {
      for (let column = 0; column < outW; column++) {
        const to = dX + <usize>((n * height + row * kernelH) * width + column * kernelW) * cell
        for (let i = 0; i < kernelH; i++) {
          for (let j = 0; j < kernelW; j++) {
            const at = to + <usize>(i * width + j) * cell
            for (let c: usize = 0; c < wide; c += VECTOR) {
              v128.store(at + c, f32x4.mul(v128.load(dOut + c), f32x4.splat(share)))
            }
            for (let c = wide; c < cell; c += FLOAT) store<f32>(at + c, load<f32>(dOut + c) * share)
          }
        }
        dOut += cell
      }
    }
  }
}

/**
 * Every value that each filter tap of a convolution of stride 1 sees, tap by tap: [kernelH × kernelW × channels,
 * batch × outH × outW].
 *
 * @param x     [batch, height, width, channels]
 * @param plane room for [channels, height, width]
 * @param top   zeros before the first row; `left` before the first column
 */
export function transposedPatches(
  x: usize,
  plane: usize,
  out: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  kernelH: i32,
  kernelW: i32,
  dilationH: i32,
  dilationW: i32,
  top: i32,
  left: i32,
  outH: i32,
  outW: i32,
): void {
  const places = height * width
  const positions = outH * outW
  const columns = batch * positions
  for (let n = 0; n < batch; n++) {
    transpose(x + <usize>(n * places * channels) * FLOAT, places, channels, plane)
    for (let i = 0; i < kernelH; i++) {
      for (let j = 0; j < kernelW; j++) {
        const dy = i * dilationH - top
        const dx = j * dilationW - left
        for (let c = 0; c < channels; c++) {
          const tap = (i * kernelW + j) * channels + c
          const to = out + (<usize>tap * <usize>columns + <usize>(n * positions)) * FLOAT
          shiftPlane(plane + <usize>(c * places) * FLOAT, height, width, dy, dx, outH, outW, to)
        }
      }
    }
  }
}

/** Copies a plane moved by (dy, dx); what comes from outside is zero. */
function shiftPlane(
  source: usize,
  height: i32,
  width: i32,
  dy: i32,
  dx: i32,
  outH: i32,
  outW: i32,
  out: usize,
): void {
  if (width == 1 && outW == 1) {
    const first = min(outH, max(0, -dy))
    const end = max(first, min(outH, height - dy))
    clear(out, first)
    copy(source + <usize>(first + dy) * FLOAT, out + <usize>first * FLOAT, end - first)
    clear(out + <usize>end * FLOAT, outH - end)
    return
  }
  const first = min(outW, max(0, -dx))
  const end = max(first, min(outW, width - dx))
  for (let y = 0; y < outH; y++) {
    const row = out + <usize>(y * outW) * FLOAT
    if (y + dy < 0 || y + dy >= height) {
      clear(row, outW)
      continue
    }
    clear(row, first)
    copy(source + <usize>((y + dy) * width + first + dx) * FLOAT, row + <usize>first * FLOAT, end - first)
    clear(row + <usize>end * FLOAT, outW - end)
  }
}

function clear(at: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<f32>(at + <usize>i * FLOAT, 0)
}

function copy(from: usize, to: usize, count: i32): void {
  let i = 0
  for (; i + 4 <= count; i += 4) v128.store(to + <usize>i * FLOAT, v128.load(from + <usize>i * FLOAT))
  for (; i < count; i++) store<f32>(to + <usize>i * FLOAT, load<f32>(from + <usize>i * FLOAT))
}

/** [rows × columns] → [columns × rows], in blocks of rows that stay in the cache. */
export function transpose(source: usize, rows: i32, columns: i32, out: usize): void {
  const BLOCK = 16
  for (let first = 0; first < rows; first += BLOCK) {
    const end = min(rows, first + BLOCK)
    for (let c = 0; c < columns; c++) {
      for (let row = first; row < end; row++) {
        const value = load<f32>(source + <usize>(row * columns + c) * FLOAT)
        store<f32>(out + <usize>(c * rows + row) * FLOAT, value)
      }
    }
  }
}
