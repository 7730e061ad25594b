import { fourLaneDot } from './four-lane-dot'
import { flooredLog } from './log'
import { MelFilterbank, melInto } from './mel'
import { RealFft, realFft } from './real-fft'

/** See `createMfccExtractor` in src/features/mfcc.ts. int32 each; the two float32 lie in int32's place. */
// @ts-ignore: decorator
@unmanaged
class Mfcc {
  fft: RealFft
  bank: MelFilterbank
  frameLength: i32
  hop: i32
  nMfcc: i32
  preEmphasis: f32
  powerScale: f32
  powerFloor: f32
  /** float32 [frameLength] */
  window: usize
  /** float32 [nMfcc × nMels, rows filled up to whole registers] */
  dct: usize
  /** float32 [nFft], zeros beyond the frame */
  windowed: usize
  /** float32 [nFft/2 + 1] each */
  re: usize
  im: usize
  power: usize
  /** float32 [nMels] */
  logMel: usize
}

/**
 * @param samples float32, frames × hop on from each other
 * @param out     float32 [frames × nMfcc], overwritten
 */
export function mfcc(plan: Mfcc, samples: usize, frames: i32, out: usize): void {
  const hopBytes = (<usize>plan.hop) << 2
  const rowBytes = (<usize>((plan.bank.nMels + 3) & ~3)) << 2
  for (let frame = 0; frame < frames; frame++, samples += hopBytes) {
    logMel(plan, samples)
    let row = plan.dct
    for (let k = 0; k < plan.nMfcc; k++, row += rowBytes, out += 4) {
      store<f32>(out, fourLaneDot(row, plan.logMel, rowBytes))
    }
  }
}

/** Log-mel energies of one frame, into `plan.logMel`. */
export function logMel(plan: Mfcc, samples: usize): void {
  preEmphasiseAndWindow(plan, samples)
  realFft(plan.fft, plan.windowed, plan.re, plan.im)
  powerInto(plan)
  melInto(plan.bank, plan.power, plan.logMel)
  flooredLog(plan.logMel, plan.bank.nMels, plan.powerFloor)
}

function preEmphasiseAndWindow(plan: Mfcc, samples: usize): void {
  const a = plan.preEmphasis
  const window = plan.window
  const out = plan.windowed
  const end = (<usize>plan.frameLength) << 2
  const factor = f32x4.splat(a)
  // The first sample stands for its own predecessor.
  store<f32>(out, (load<f32>(samples) - a * load<f32>(samples)) * load<f32>(window))
  let i: usize = 4
  for (; i + 16 <= end; i += 16) {
    const emphasised = f32x4.sub(v128.load(samples + i), f32x4.mul(factor, v128.load(samples + i - 4)))
    v128.store(out + i, f32x4.mul(emphasised, v128.load(window + i)))
  }
  for (; i < end; i += 4) {
    const emphasised = load<f32>(samples + i) - a * load<f32>(samples + i - 4)
    store<f32>(out + i, emphasised * load<f32>(window + i))
  }
}

function powerInto(plan: Mfcc): void {
  const scale = f32x4.splat(plan.powerScale)
  const bytes = (<usize>(plan.fft.half + 1)) << 2
  for (let k: usize = 0; k < bytes; k += 16) {
    const re = v128.load(plan.re + k)
    const im = v128.load(plan.im + k)
    const square = f32x4.add(f32x4.mul(re, re), f32x4.mul(im, im))
    v128.store(plan.power + k, f32x4.mul(square, scale))
  }
}
