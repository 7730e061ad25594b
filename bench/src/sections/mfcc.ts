import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { frameCount } from '../../../src/features/framing.js'
import { createMfccExtractor, fastestMfcc, type MfccKernelFactory } from '../../../src/features/mfcc.js'
import { referenceMfcc } from '../../../src/features/reference-mfcc.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { BenchInput } from '../input.js'
import { compare, type Contender } from '../measure.js'
import { loadPeer } from '../peers.js'
import { fixed, times, type Effort, type Section } from '../section.js'

/** What is used of Meyda. */
interface Meyda {
  bufferSize: number
  sampleRate: number
  melBands: number
  numberOfMFCCCoefficients: number
  windowingFunction: string
  extract(feature: 'mfcc', signal: Float32Array): number[]
}

/** Half the device's hop: how the published figures were taken. */
const HOP_SAMPLES = 160

/** 40 MFCCs of 64 mel bands, frames of 512 samples every 10 ms: both do the same amount of work. */
export async function benchMfcc({ windows }: BenchInput, { compareMs }: Effort): Promise<Section> {
  const [window] = windows as [Float32Array]
  const params = { ...FEATURE_PARAMS, hopSamples: HOP_SAMPLES }
  const frames = frameCount(window.length, params)
  const out = new Float32Array(frames * params.nMfcc)
  const ours = (name: string, kernel: MfccKernelFactory): Contender => {
    const extractor = createMfccExtractor(params, kernel)
    return { name, work: () => extractor.extractInto(window, out) }
  }
  const contenders = [
    ours('affectd, WASM', fastestMfcc()),
    ours('affectd, reference', referenceMfcc),
    meyda(window, frames),
  ]
  const timings = await compare(contenders, compareMs)
  const windowMs = (1000 * window.length) / SAMPLE_RATE_HZ
  const fastestMs = timings.get('affectd, WASM')!.medianMs
  const meydaMs = timings.get('Meyda 5.6')!.medianMs
  return {
    id: 'mfcc',
    title: 'MFCC',
    notes: [
      '40 MFCCs of 64 mel bands, 512-point FFT, 10 ms hop, one window of 3 s. Same work, not the same numbers: Meyda takes log10(1 + x) and has other filters.',
      `At the device's own hop of 20 ms every multiple of real time is twice as high.`,
    ],
    head: ['contender', 'median a frame', 'p95', '× real time', 'against Meyda'],
    rows: contenders.map(({ name }) => {
      const { medianMs, p95Ms } = timings.get(name)!
      const micros = (ms: number): string => `${fixed((1000 * ms) / frames)} µs`
      return [name, micros(medianMs), micros(p95Ms), fixed(windowMs / medianMs, 0), times(meydaMs / medianMs)]
    }),
    figures: {
      wasmFrameMicros: (1000 * fastestMs) / frames,
      referenceFrameMicros: (1000 * timings.get('affectd, reference')!.medianMs) / frames,
      meydaFrameMicros: (1000 * meydaMs) / frames,
      againstMeyda: meydaMs / fastestMs,
      realTime: windowMs / fastestMs,
    },
  }
}

function meyda(window: Float32Array, frames: number): Contender {
  const extractor = loadPeer('meyda') as Meyda
  Object.assign(extractor, {
    bufferSize: FEATURE_PARAMS.frameLengthSamples,
    sampleRate: SAMPLE_RATE_HZ,
    melBands: FEATURE_PARAMS.nMels,
    numberOfMFCCCoefficients: FEATURE_PARAMS.nMfcc,
    windowingFunction: 'hanning',
  })
  return {
    name: 'Meyda 5.6',
    work() {
      for (let k = 0; k < frames; k++) {
        const at = k * HOP_SAMPLES
        extractor.extract('mfcc', window.subarray(at, at + FEATURE_PARAMS.frameLengthSamples))
      }
    },
  }
}
