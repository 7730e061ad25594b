import fvad from '@echogarden/fvad-wasm'
import { createFrameCueMeter } from '../../../src/gate/frame-cues.js'
import type { GateParams } from '../../../src/gate/gate-params.js'
import type { Vad } from '../../../src/gate/vad.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'

/** 0 says speech most easily, 3 least. */
const MODES = [0, 1, 2, 3] as const

/**
 * WebRTC's detector, for comparison. It only says yes or no, in four modes: the score is the share of modes that say
 * yes. Voicing and background are those of the other detectors, so that a gate can be built on it.
 */
export async function createWebrtcVad(
  params: Pick<GateParams, 'minFrameDbfs' | 'maxClippedRatio'>,
): Promise<Vad> {
  const module = await fvad()
  const meter = createFrameCueMeter(params)
  const input = module._malloc(2 * FRAME_SAMPLES)
  const states = MODES.map(() => module._fvad_new())
  let voicing = 0
  let acPower = 0

  function start(): void {
    states.forEach((state, mode) => {
      module._fvad_reset(state)
      module._fvad_set_mode(state, mode)
      module._fvad_set_sample_rate(state, SAMPLE_RATE_HZ)
    })
  }

  start()
  return {
    score(samples) {
      const cues = meter.measure(samples)
      voicing = cues.voicing
      acPower = cues.acPower
      const pcm = module.HEAP16.subarray(input / 2, input / 2 + FRAME_SAMPLES)
      for (let i = 0; i < FRAME_SAMPLES; i++) {
        pcm[i] = Math.max(-32768, Math.min(32767, Math.round((samples[i] as number) * 32768)))
      }
      const yes = states.filter((state) => module._fvad_process(state, input, FRAME_SAMPLES) === 1)
      return yes.length / states.length
    },
    get voicing() {
      return voicing
    },
    get acPower() {
      return acPower
    },
    get noiseDbfs() {
      return meter.noiseDbfs
    },
    reset() {
      meter.reset()
      start()
      voicing = 0
      acPower = 0
    },
  }
}
