import { MelFilterbank, melInto } from '../../../features/assembly/front-end/mel'
import { RealFft, realFft } from '../../../features/assembly/front-end/real-fft'

/** See `referenceFrameAnalyser` in src/gate/frame-analyser.ts. int32 each. */
// @ts-ignore: decorator
@unmanaged
class FrameAnalyser {
  fft: RealFft
  bank: MelFilterbank
  frameSamples: i32
  analysisSamples: i32
  /** float32 [analysisSamples], and the values of the high-pass */
  window: usize
  history: usize
  /** float32 [nFft], zeros beyond the analysis window */
  windowed: usize
  /** float32 [nFft/2 + 1] each */
  re: usize
  im: usize
  power: usize
  /** float32 [nBands] */
  bandPower: usize
  constants: Constants
  state: State
}

/** float64 each. */
// @ts-ignore: decorator
@unmanaged
class Constants {
  pole: f64
  clipLevel: f64
  powerScale: f64
}

/** float64 each. */
// @ts-ignore: decorator
@unmanaged
class State {
  lastIn: f64
  lastOut: f64
  acPower: f64
  clippedRatio: f64
}

/**
 * The sums and the high-pass are chains of float64 operations in a pinned order, which cannot be split over lanes;
 * several of them run side by side in each loop instead.
 *
 * @param samples float32 [frameSamples]
 * @param isFirst of a stream: it begins at the first sample's level, and its past is taken to be like it
 */
export function analyse(plan: FrameAnalyser, samples: usize, isFirst: bool): void {
  const frame = plan.frameSamples
  const whole = plan.analysisSamples
  const past = whole - frame
  const history = plan.history
  const window = plan.window
  const state = plan.state
  const pole = plan.constants.pole
  const clipLevel = plan.constants.clipLevel

  memory.copy(history, history + at(frame), at(past))
  let lastIn = isFirst ? <f64>load<f32>(samples) : state.lastIn
  let lastOut = state.lastOut
  let sum: f64 = 0
  let weighted: f64 = 0
  let clipped = 0
  const side = min(frame, past)
  for (let i = 0; i < frame; i++) {
    const x = <f64>load<f32>(samples + at(i))
    lastOut = x - lastIn + pole * lastOut
    lastIn = x
    store<f32>(history + at(past + i), <f32>lastOut)
    sum += x
    clipped += i32(x >= clipLevel) | i32(x <= -clipLevel)
    if (i < side) weighted += product(window, history, i)
  }
  state.lastIn = lastIn
  state.lastOut = lastOut
  if (isFirst) {
    reflect(history, past, whole)
    weighted = 0
    for (let i = 0; i < side; i++) weighted += product(window, history, i)
  }

  const mean = sum / <f64>frame
  let squares: f64 = 0
  let next = side
  for (let i = 0; i < frame; i++) {
    const x = <f64>load<f32>(samples + at(i)) - mean
    squares += x * x
    if (next < whole) weighted += product(window, history, next++)
  }
  for (; next < whole; next++) weighted += product(window, history, next)
  state.acPower = squares / <f64>frame
  state.clippedRatio = <f64>clipped / <f64>frame

  // The periodic Hann window sums to half its length.
  windowAbout(plan, weighted / (<f64>whole / 2))
  realFft(plan.fft, plan.windowed, plan.re, plan.im)
  powerInto(plan)
  melInto(plan.bank, plan.power, plan.bandPower)
}

function at(index: i32): usize {
  return (<usize>index) << 2
}

function product(a: usize, b: usize, i: i32): f64 {
  return <f64>load<f32>(a + at(i)) * <f64>load<f32>(b + at(i))
}

function reflect(history: usize, past: i32, whole: i32): void {
  for (let i = 0; i < past; i++) {
    const mirrored = 2 * past - 1 - i
    const from = mirrored < whole ? mirrored : 2 * whole - 1 - mirrored
    store<f32>(history + at(i), load<f32>(history + at(from)))
  }
}

function windowAbout(plan: FrameAnalyser, mean: f64): void {
  const means = f64x2.splat(mean)
  const end = at(plan.analysisSamples)
  for (let i: usize = 0; i < end; i += 8) {
    const x = f64x2.promote_low_f32x4(v128.load64_zero(plan.history + i))
    const w = f64x2.promote_low_f32x4(v128.load64_zero(plan.window + i))
    const y = f32x4.demote_f64x2_zero(f64x2.mul(w, f64x2.sub(x, means)))
    v128.store64_lane(plan.windowed + i, y, 0)
  }
}

function powerInto(plan: FrameAnalyser): void {
  const scale = f64x2.splat(plan.constants.powerScale)
  const bytes = at(plan.fft.half + 1)
  for (let k: usize = 0; k < bytes; k += 8) {
    const re = f64x2.promote_low_f32x4(v128.load64_zero(plan.re + k))
    const im = f64x2.promote_low_f32x4(v128.load64_zero(plan.im + k))
    const square = f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im))
    v128.store64_lane(plan.power + k, f32x4.demote_f64x2_zero(f64x2.mul(square, scale)), 0)
  }
}
