/**
 * Dot product of whole registers, summed as `fourLaneDot` in src/features/four-lane-dot.ts.
 *
 * @param bytes of each operand, a multiple of 16
 */
export function fourLaneDot(a: usize, b: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0)
  for (let i: usize = 0; i < bytes; i += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(a + i), v128.load(b + i)))
  }
  const low = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)
  return low + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
}
