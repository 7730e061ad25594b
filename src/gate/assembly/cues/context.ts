/** See `vadContextInto` in src/gate/vad-features.ts. int32 each. */
// @ts-ignore: decorator
@unmanaged
class Context {
  rows: i32
  nFeatures: i32
  /** int32 [rows]: frames averaged into each */
  contextFrames: usize
  /** float32 [frames × nFeatures] */
  features: usize
  /** float32 [rows × nFeatures] */
  out: usize
}

/** Means of the frames that end at `frame`; those before the first are taken to be like it. */
export function context(plan: Context, frame: i32): void {
  const rowBytes = (<usize>plan.nFeatures) << 2
  let newest = frame
  let out = plan.out
  for (let row = 0; row < plan.rows; row++, out += rowBytes) {
    const frames = load<i32>(plan.contextFrames + ((<usize>row) << 2))
    const count = f64x2.splat(<f64>frames)
    // What is written past a row's end is written again as the next row's start.
    for (let f: usize = 0; f < rowBytes; f += 16) {
      let low = f64x2.splat(0)
      let high = f64x2.splat(0)
      for (let n = 0; n < frames; n++) {
        const from = plan.features + <usize>max(0, newest - n) * rowBytes + f
        low = f64x2.add(low, f64x2.promote_low_f32x4(v128.load64_zero(from)))
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.load64_zero(from, 8)))
      }
      v128.store64_lane(out + f, f32x4.demote_f64x2_zero(f64x2.div(low, count)), 0)
      v128.store64_lane(out + f, f32x4.demote_f64x2_zero(f64x2.div(high, count)), 0, 8)
    }
    newest -= frames
  }
}
