import { createDct } from './dct.js'
import type { FeatureParams } from './feature-params.js'
import { flooredLogInto } from './log-f32.js'
import { createMelFilterbank } from './mel-filterbank.js'
import type { MfccKernel } from './mfcc.js'
import { createPowerSpectrum } from './power-spectrum.js'

/** The front end in plain TypeScript, stage by stage: what every other form must equal. */
export function referenceMfcc(params: FeatureParams): MfccKernel {
  const spectrum = createPowerSpectrum(params)
  const filterbank = createMelFilterbank(params)
  const dct = createDct(params.nMels, params.nMfcc)
  const power = new Float32Array(spectrum.nBins)
  const logMel = new Float32Array(params.nMels)

  function logMelInto(samples: Float32Array, offset: number, out: Float32Array): void {
    spectrum.frameInto(samples, offset, power)
    filterbank.applyInto(power, out)
    flooredLogInto(out, params.powerFloor, out)
  }

  return {
    framesInto(samples, offset, frames, out, outOffset) {
      for (let k = 0; k < frames; k++) {
        logMelInto(samples, offset + k * params.hopSamples, logMel)
        dct.applyInto(logMel, out, outOffset + k * params.nMfcc)
      }
    },
    logMelInto,
    wipe() {
      spectrum.wipe()
      power.fill(0)
      logMel.fill(0)
    },
  }
}
