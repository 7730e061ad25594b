/** Tables and scratch of one length; see `createRealFft` in src/features/real-fft.ts. int32 each. */
// @ts-ignore: decorator
@unmanaged
export class RealFft {
  /** n/2, at least 8. */
  half: i32
  /** uint16 [half]: bit reversal */
  order: usize
  /** float32 [half]: the twiddles of the pass of `span` at span − 1 */
  passCos: usize
  passSin: usize
  /** float32 [half/2 + 1] */
  splitCos: usize
  splitSin: usize
  /** Scratch, float32 [half]. */
  zr: usize
  zi: usize
}

/**
 * The butterflies of `createRealFft`, four at a time, two passes for each trip through memory.
 *
 * @param x      float32 [n]
 * @param re,im  float32 [half + 1], overwritten
 */
export function realFft(fft: RealFft, x: usize, re: usize, im: usize): void {
  const half = fft.half
  firstPasses(fft, x)
  let span = 4
  for (; span << 1 < half; span <<= 2) passPair(fft, span)
  if (span < half) pass(fft, span)
  split(fft, re, im)
}

function twiddledRe(wr: v128, wi: v128, xr: v128, xi: v128): v128 {
  return f32x4.sub(f32x4.mul(wr, xr), f32x4.mul(wi, xi))
}

function twiddledIm(wr: v128, wi: v128, xr: v128, xi: v128): v128 {
  return f32x4.add(f32x4.mul(wr, xi), f32x4.mul(wi, xr))
}

/** The passes of span 1 and 2 with the reordering: eight values of the output at a time. */
function firstPasses(fft: RealFft, x: usize): void {
  const half = <usize>fft.half
  const zr = fft.zr
  const zi = fft.zi
  // Span 2 begins at 1.
  const wr2 = v128.load64_splat(fft.passCos + 4)
  const wi2 = v128.load64_splat(fft.passSin + 4)
  // order[i + 1] is half/2, order[i + 2] half/4 beyond order[i].
  const toSecond = half << 2
  const toThird = half << 1
  for (let i: usize = 0; i < half; i += 8) {
    const from = x + ((<usize>load<u16>(fft.order + (i << 1))) << 3)
    // order[i + 4] is half/8 beyond.
    const next = from + half
    const p = v128.load64_lane(from + toThird, v128.load64_zero(from), 1)
    const q = v128.load64_lane(from + toThird + toSecond, v128.load64_zero(from + toSecond), 1)
    const p4 = v128.load64_lane(next + toThird, v128.load64_zero(next), 1)
    const q4 = v128.load64_lane(next + toThird + toSecond, v128.load64_zero(next + toSecond), 1)
    const sum = f32x4.add(p, q)
    const difference = f32x4.sub(p, q)
    const sum4 = f32x4.add(p4, q4)
    const difference4 = f32x4.sub(p4, q4)
    // sum holds the values 0 and 2 of four, difference 1 and 3, real and imaginary by turns.
    const re = v128.shuffle<f32>(sum, difference, 0, 4, 2, 6)
    const im = v128.shuffle<f32>(sum, difference, 1, 5, 3, 7)
    const re4 = v128.shuffle<f32>(sum4, difference4, 0, 4, 2, 6)
    const im4 = v128.shuffle<f32>(sum4, difference4, 1, 5, 3, 7)
    const ar = even(re, re4)
    const br = odd(re, re4)
    const ai = even(im, im4)
    const bi = odd(im, im4)
    const tr = twiddledRe(wr2, wi2, br, bi)
    const ti = twiddledIm(wr2, wi2, br, bi)
    const lowR = f32x4.add(ar, tr)
    const lowI = f32x4.add(ai, ti)
    const highR = f32x4.sub(ar, tr)
    const highI = f32x4.sub(ai, ti)
    const at = i << 2
    v128.store(zr + at, even(lowR, highR))
    v128.store(zr + at, odd(lowR, highR), 16)
    v128.store(zi + at, even(lowI, highI))
    v128.store(zi + at, odd(lowI, highI), 16)
  }
}

/** The lower halves of two vectors. */
function even(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5)
}

/** The upper halves. */
function odd(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 6, 7)
}

/** The passes of `span` and of twice that, four blocks of `span` at a time. */
function passPair(fft: RealFft, span: i32): void {
  const bytes = (<usize>span) << 2
  const cos1 = fft.passCos + bytes - 4
  const sin1 = fft.passSin + bytes - 4
  const cos2 = fft.passCos + 2 * bytes - 4
  const sin2 = fft.passSin + 2 * bytes - 4
  const end = (<usize>fft.half) << 2
  for (let block: usize = 0; block < end; block += 4 * bytes) {
    for (let j: usize = 0; j < bytes; j += 16) {
      const r0 = fft.zr + block + j
      const i0 = fft.zi + block + j
      const r1 = r0 + bytes
      const i1 = i0 + bytes
      const r2 = r1 + bytes
      const i2 = i1 + bytes
      const r3 = r2 + bytes
      const i3 = i2 + bytes

      const wr = v128.load(cos1 + j)
      const wi = v128.load(sin1 + j)
      let tr = twiddledRe(wr, wi, v128.load(r1), v128.load(i1))
      let ti = twiddledIm(wr, wi, v128.load(r1), v128.load(i1))
      const x0 = v128.load(r0)
      const y0 = v128.load(i0)
      const ar = f32x4.add(x0, tr)
      const ai = f32x4.add(y0, ti)
      const br = f32x4.sub(x0, tr)
      const bi = f32x4.sub(y0, ti)
      tr = twiddledRe(wr, wi, v128.load(r3), v128.load(i3))
      ti = twiddledIm(wr, wi, v128.load(r3), v128.load(i3))
      const x2 = v128.load(r2)
      const y2 = v128.load(i2)
      const cr = f32x4.add(x2, tr)
      const ci = f32x4.add(y2, ti)
      const dr = f32x4.sub(x2, tr)
      const di = f32x4.sub(y2, ti)

      const vr = v128.load(cos2 + j)
      const vi = v128.load(sin2 + j)
      tr = twiddledRe(vr, vi, cr, ci)
      ti = twiddledIm(vr, vi, cr, ci)
      v128.store(r0, f32x4.add(ar, tr))
      v128.store(i0, f32x4.add(ai, ti))
      v128.store(r2, f32x4.sub(ar, tr))
      v128.store(i2, f32x4.sub(ai, ti))
      const ur = v128.load(cos2 + bytes + j)
      const ui = v128.load(sin2 + bytes + j)
      tr = twiddledRe(ur, ui, dr, di)
      ti = twiddledIm(ur, ui, dr, di)
      v128.store(r1, f32x4.add(br, tr))
      v128.store(i1, f32x4.add(bi, ti))
      v128.store(r3, f32x4.sub(br, tr))
      v128.store(i3, f32x4.sub(bi, ti))
    }
  }
}

/** The last pass where their number is odd: one block. */
function pass(fft: RealFft, span: i32): void {
  const bytes = (<usize>span) << 2
  const cos = fft.passCos + bytes - 4
  const sin = fft.passSin + bytes - 4
  for (let j: usize = 0; j < bytes; j += 16) {
    const r0 = fft.zr + j
    const i0 = fft.zi + j
    const wr = v128.load(cos + j)
    const wi = v128.load(sin + j)
    const tr = twiddledRe(wr, wi, v128.load(r0 + bytes), v128.load(i0 + bytes))
    const ti = twiddledIm(wr, wi, v128.load(r0 + bytes), v128.load(i0 + bytes))
    const x = v128.load(r0)
    const y = v128.load(i0)
    v128.store(r0, f32x4.add(x, tr))
    v128.store(i0, f32x4.add(y, ti))
    v128.store(r0 + bytes, f32x4.sub(x, tr))
    v128.store(i0 + bytes, f32x4.sub(y, ti))
  }
}

/** The transform of the real values from that of half the length: bins k from below and m = half − k from above. */
function split(fft: RealFft, re: usize, im: usize): void {
  const zr = fft.zr
  const zi = fft.zi
  const end = (<usize>fft.half) << 2
  const r0 = load<f32>(zr)
  const i0 = load<f32>(zi)
  store<f32>(re, r0 + i0)
  store<f32>(im, 0)
  store<f32>(re + end, r0 - i0)
  store<f32>(im + end, 0)
  const oneHalf = f32x4.splat(0.5)
  for (let k: usize = 4; k <= end >> 1; k += 16) {
    const m = end - k - 12
    const kr = v128.load(zr + k)
    const ki = v128.load(zi + k)
    const mr = reversed(v128.load(zr + m))
    const mi = reversed(v128.load(zi + m))
    const evenRe = f32x4.mul(f32x4.add(kr, mr), oneHalf)
    const evenIm = f32x4.mul(f32x4.sub(ki, mi), oneHalf)
    const oddRe = f32x4.mul(f32x4.add(ki, mi), oneHalf)
    const oddIm = f32x4.mul(f32x4.sub(mr, kr), oneHalf)
    const wr = v128.load(fft.splitCos + k)
    const wi = v128.load(fft.splitSin + k)
    const tr = twiddledRe(wr, wi, oddRe, oddIm)
    const ti = twiddledIm(wr, wi, oddRe, oddIm)
    v128.store(re + k, f32x4.add(evenRe, tr))
    v128.store(im + k, f32x4.add(evenIm, ti))
    // In the middle, where k = m, what comes from above stands.
    v128.store(re + m, reversed(f32x4.sub(evenRe, tr)))
    v128.store(im + m, reversed(f32x4.sub(ti, evenIm)))
  }
}

function reversed(v: v128): v128 {
  return v128.shuffle<f32>(v, v, 3, 2, 1, 0)
}
