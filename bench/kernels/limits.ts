// AssemblyScript, compiled by scripts/assembly.js when the benchmark runs: nothing but the instruction that a hot loop
// lives on, in as many independent chains as registers hold. What no loop of that instruction can beat here.

/** @returns something of every chain, so that none is left out; 64 multiply-accumulates each step */
export function int16Dots(steps: i32): i32 {
  let x = i16x8.splat(3)
  let a = i32x4.splat(1)
  let b = i32x4.splat(2)
  let c = i32x4.splat(3)
  let d = i32x4.splat(4)
  let e = i32x4.splat(5)
  let f = i32x4.splat(6)
  let g = i32x4.splat(7)
  let h = i32x4.splat(8)
  for (let n = 0; n < steps; n++) {
    // The operand changes, or the product would be taken out of the loop.
    x = v128.xor(x, i16x8.splat(<i16>n))
    a = i32x4.add(a, i32x4.dot_i16x8_s(x, i16x8.splat(1)))
    b = i32x4.add(b, i32x4.dot_i16x8_s(x, i16x8.splat(2)))
    c = i32x4.add(c, i32x4.dot_i16x8_s(x, i16x8.splat(3)))
    d = i32x4.add(d, i32x4.dot_i16x8_s(x, i16x8.splat(4)))
    e = i32x4.add(e, i32x4.dot_i16x8_s(x, i16x8.splat(5)))
    f = i32x4.add(f, i32x4.dot_i16x8_s(x, i16x8.splat(6)))
    g = i32x4.add(g, i32x4.dot_i16x8_s(x, i16x8.splat(7)))
    h = i32x4.add(h, i32x4.dot_i16x8_s(x, i16x8.splat(8)))
  }
  const sums = i32x4.add(i32x4.add(i32x4.add(a, b), i32x4.add(c, d)), i32x4.add(i32x4.add(e, f), i32x4.add(g, h)))
  return i32x4.extract_lane(sums, 0)
}

/** 64 floating-point operations each step, half of them multiplications. */
export function floatOperations(steps: i32): f32 {
  const m = f32x4.splat(0.999)
  const p = f32x4.splat(0.001)
  let a = f32x4.splat(1)
  let b = f32x4.splat(2)
  let c = f32x4.splat(3)
  let d = f32x4.splat(4)
  let e = f32x4.splat(5)
  let f = f32x4.splat(6)
  let g = f32x4.splat(7)
  let h = f32x4.splat(8)
  for (let n = 0; n < steps; n++) {
    a = f32x4.add(f32x4.mul(a, m), p)
    b = f32x4.add(f32x4.mul(b, m), p)
    c = f32x4.add(f32x4.mul(c, m), p)
    d = f32x4.add(f32x4.mul(d, m), p)
    e = f32x4.add(f32x4.mul(e, m), p)
    f = f32x4.add(f32x4.mul(f, m), p)
    g = f32x4.add(f32x4.mul(g, m), p)
    h = f32x4.add(f32x4.mul(h, m), p)
  }
  const sums = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(f32x4.add(e, f), f32x4.add(g, h)))
  return f32x4.extract_lane(sums, 0)
}
