import { createFrameCueMeter } from '../../../src/gate/frame-cues.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { createVadFeatureMeter, VAD_FEATURES, vadContextInto } from '../../../src/gate/vad-features.js'
import { FRAME_SAMPLES } from '../../../src/units.js'
import type { Random } from '../random.js'
import type { Scene } from './scene.js'
import { PAUSE, SPEECH, UNKNOWN } from './speech-targets.js'
import { VAD_INPUT_SHAPE } from './vad-architecture.js'

/** A frame with the other target within so many frames is worth so many others: boundaries are what is hard. */
const CHANGE_FRAMES = 12
const CHANGE_TIMES = 3

/** A scene as the gate measures it, frame by frame. */
export interface MeasuredScene {
  /** Row-major [frames × VAD_FEATURES]. */
  readonly features: Float32Array
  readonly targets: Uint8Array
  /** Frames that the network is asked about and whose target is known; what counts more is there more than once. */
  readonly usable: Uint32Array
}

/** Frames are measured by the device's own code, so that what is learnt is what will be heard. */
export function measureScene({ samples, targets }: Scene): MeasuredScene {
  const meter = createFrameCueMeter(DEFAULT_GATE_PARAMS)
  const featureMeter = createVadFeatureMeter()
  const features = new Float32Array(targets.length * VAD_FEATURES)
  const usable: number[] = []
  for (let frame = 0; frame < targets.length; frame++) {
    const at = frame * FRAME_SAMPLES
    const cues = meter.measure(samples.subarray(at, at + FRAME_SAMPLES))
    featureMeter.measureInto(cues, meter.noiseDbfs, features, frame * VAD_FEATURES)
    if (!cues.isPossible || targets[frame] === UNKNOWN) continue
    const times = isNearChange(targets, frame) ? CHANGE_TIMES : 1
    for (let n = 0; n < times; n++) usable.push(frame)
  }
  return { features, targets, usable: Uint32Array.from(usable) }
}

function isNearChange(targets: Uint8Array, frame: number): boolean {
  const other = targets[frame] === SPEECH ? PAUSE : SPEECH
  const near = targets.subarray(Math.max(0, frame - CHANGE_FRAMES), frame + CHANGE_FRAMES + 1)
  return near.includes(other)
}

const [ROWS, WIDTH] = VAD_INPUT_SHAPE

/** Inputs [size × VAD_INPUT_SHAPE] and their classes, [size × 2], one-hot. */
export interface VadBatch {
  readonly inputs: Float32Array
  readonly targets: Float32Array
  readonly size: number
}

/** Every usable frame of the scenes, in random order; a last batch that would be short is left out. */
export function* vadBatches(
  scenes: readonly MeasuredScene[],
  batchSize: number,
  random: Random,
): Generator<VadBatch> {
  const order = random.shuffle(
    scenes.flatMap((scene, s) => Array.from(scene.usable, (frame): [number, number] => [s, frame])),
  )
  const inputSize = ROWS * WIDTH
  for (let start = 0; start + batchSize <= order.length; start += batchSize) {
    const inputs = new Float32Array(batchSize * inputSize)
    const targets = new Float32Array(batchSize * 2)
    for (let i = 0; i < batchSize; i++) {
      const [s, frame] = order[start + i] as [number, number]
      const scene = scenes[s] as MeasuredScene
      vadContextInto(scene.features, frame, inputs, i * inputSize)
      targets[2 * i + (scene.targets[frame] as number)] = 1
    }
    yield { inputs, targets, size: batchSize }
  }
}
