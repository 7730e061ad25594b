import { RealFft, realFft } from '../../../features/assembly/front-end/real-fft'

/** See `referenceHarmonicity` in src/gate/harmonicity.ts. int32 each. */
// @ts-ignore: decorator
@unmanaged
class Harmonicity {
  fft: RealFft
  firstBin: i32
  lastBin: i32
  minLag: i32
  maxLag: i32
  /** float32 [nFft/2 + 1] */
  power: usize
  /** float32 [nBands] */
  bandWeight: usize
  /** uint16 [nFft/2 + 1] */
  bandOfBin: usize
  /** float32 [nFft], zeros but from firstBin to lastBin and their mirror image */
  magnitude: usize
  /** float32 [nFft/2 + 1] each */
  r: usize
  unused: usize
  /** float64 [maxLag + 1] */
  envelope: usize
}

export function harmonicity(plan: Harmonicity): f64 {
  const magnitude = plan.magnitude
  const mirror = magnitude + ((<usize>plan.fft.half) << 3)
  for (let k = <usize>plan.firstBin; k <= <usize>plan.lastBin; k++) {
    const band = <usize>load<u16>(plan.bandOfBin + (k << 1))
    const weight = load<f32>(plan.bandWeight + (band << 2))
    const value = <f32>(sqrt<f64>(<f64>load<f32>(plan.power + (k << 2))) * <f64>weight)
    store<f32>(magnitude + (k << 2), value)
    store<f32>(mirror - (k << 2), value)
  }
  realFft(plan.fft, magnitude, plan.r, plan.unused)

  const r = plan.r
  const r0 = load<f32>(r)
  if (!(r0 > 0)) return 0
  let best: f64 = 0
  for (let lag = <usize>plan.minLag; lag <= <usize>plan.maxLag; lag++) {
    const height = load<f32>(r + (lag << 2))
    if (height < load<f32>(r + (lag << 2) - 4) || height < load<f32>(r + (lag << 2) + 4)) continue
    const relative = <f64>height / (<f64>r0 * load<f64>(plan.envelope + (lag << 3)))
    if (relative > best) best = relative
  }
  return min<f64>(1, best)
}
