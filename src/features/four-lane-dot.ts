const f32 = Math.fround

/**
 * Dot product in float32, summed as a 128-bit SIMD register does: lane j takes the products of the indices
 * ≡ j (mod 4), in order, each product and each sum rounded; at the end (l0 + l1) + (l2 + l3).
 * Trailing zeros in either operand leave the result as it is, so tables may be padded to whole registers.
 *
 * Rounding a float64 + − × ÷ or √ of float32 operands to float32 is the float32 operation itself (53 ≥ 2·24 + 2
 * bits), so this and every other fround in this folder is exact IEEE single precision.
 *
 * @param a,b     finite float32; read from their offsets on
 * @param nTerms  0 or more
 */
export function fourLaneDot(
  a: Float32Array,
  aOffset: number,
  b: Float32Array,
  bOffset: number,
  nTerms: number,
): number {
  let l0 = 0
  let l1 = 0
  let l2 = 0
  let l3 = 0
  const nWhole = nTerms & ~3
  for (let i = 0; i < nWhole; i += 4) {
    l0 = f32(l0 + f32(a[aOffset + i] * b[bOffset + i]))
    l1 = f32(l1 + f32(a[aOffset + i + 1] * b[bOffset + i + 1]))
    l2 = f32(l2 + f32(a[aOffset + i + 2] * b[bOffset + i + 2]))
    l3 = f32(l3 + f32(a[aOffset + i + 3] * b[bOffset + i + 3]))
  }
  if (nWhole < nTerms) l0 = f32(l0 + f32(a[aOffset + nWhole] * b[bOffset + nWhole]))
  if (nWhole + 1 < nTerms) l1 = f32(l1 + f32(a[aOffset + nWhole + 1] * b[bOffset + nWhole + 1]))
  if (nWhole + 2 < nTerms) l2 = f32(l2 + f32(a[aOffset + nWhole + 2] * b[bOffset + nWhole + 2]))
  return f32(f32(l0 + l1) + f32(l2 + l3))
}
