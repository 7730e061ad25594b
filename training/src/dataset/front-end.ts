import type { FrontEndName } from '../architectures/architecture.js'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { fitFramesInto } from '../../../src/features/fit-frames.js'
import { createMfccExtractor } from '../../../src/features/mfcc.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import type { NormaliseAndFit } from '../train/example.js'
import { functionals } from './functionals.js'
import { createNormaliseAndFit } from './network-input.js'

/** What a network hears of a decision window: a matrix, and how it is made ready for the network. */
export interface FrontEnd {
  readonly name: FrontEndName
  /** Of the network's input. */
  readonly frames: number
  readonly coefficients: number
  /** @param samples a decision window, 16 kHz */
  extract(samples: Float32Array): { readonly data: Float32Array; readonly frames: number }
  readonly normaliseAndFit: NormaliseAndFit
}

const extractor = createMfccExtractor(FEATURE_PARAMS)

/** The device's own. */
const mfcc: FrontEnd = {
  name: 'mfcc',
  frames: FEATURE_PARAMS.decisionFrames,
  coefficients: FEATURE_PARAMS.nMfcc,
  extract: (samples) => extractor.extract(samples),
  normaliseAndFit: createNormaliseAndFit(),
}

/** Samples in a row of the waveform's matrix: 5 ms. */
const ROW_SAMPLES = 80

/** The samples themselves, 3 s in rows of 5 ms, brought to one level. */
const waveform: FrontEnd = {
  name: 'waveform',
  frames: (3 * SAMPLE_RATE_HZ) / ROW_SAMPLES,
  coefficients: ROW_SAMPLES,
  extract(samples) {
    const frames = Math.floor(samples.length / ROW_SAMPLES)
    return { data: samples.slice(0, frames * ROW_SAMPLES), frames }
  },
  normaliseAndFit(samples, frames, out) {
    let power = 0
    for (let i = 0; i < samples.length; i++) power += (samples[i] as number) ** 2
    const gain = 1 / Math.sqrt(power / samples.length + 1e-10)
    fitFramesInto(samples, frames, ROW_SAMPLES, waveform.frames, out)
    for (let i = 0; i < out.length; i++) out[i] = gain * (out[i] as number)
  },
}

/** One row of descriptors a window; a network of it standardises them itself. */
const summary: FrontEnd = {
  name: 'functionals',
  frames: 1,
  coefficients: functionals(new Float32Array(SAMPLE_RATE_HZ)).length,
  extract: (samples) => ({ data: functionals(samples), frames: 1 }),
  normaliseAndFit: (values, _frames, out) => {
    out.set(values)
  },
}

export const FRONT_ENDS: Readonly<Record<FrontEndName, FrontEnd>> = { mfcc, waveform, functionals: summary }

export function frontEndOf(architecture: { readonly front?: FrontEndName }): FrontEnd {
  return FRONT_ENDS[architecture.front ?? 'mfcc']
}
