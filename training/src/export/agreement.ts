import { softmaxInto } from '../../../src/affect/calibrate.js'
import { argmax } from '../../../src/affect/probabilities.js'
import { loadTfjsGraph } from '../../../src/classify/tfjs-graph.js'
import type { Tfjs } from '../../../src/classify/tfjs.js'
import { ModelError } from '../../../src/errors.js'
import { ONNX_FILE, TFJS_MODEL_FILE } from '../../../src/nn/artefact-forms.js'
import type { Artefact } from '../../../src/nn/artefact-reader.js'
import type { Engine } from '../../../src/nn/engine.js'
import { createNetwork, fastestEngine } from '../../../src/nn/network.js'
import { openOnnxSession } from './onnx-session.js'

/** What every form must reach against the engine. */
export const LEAST_SAME_LABEL = 0.99
export const GREATEST_DIFFERENCE = 0.02

/** One form of a network against the int8 engine, on the same inputs. */
export interface Agreement {
  readonly form: 'tfjs' | 'onnx'
  readonly inputs: number
  /** Share of the inputs on which both give the same label. */
  readonly sameLabel: number
  /** Largest difference of any probability, at the model's temperature. */
  readonly probabilityDifference: number
  /** Time that one input took, on average. */
  readonly inputMs: number
}

/** What runs a form: real values, shape `input.shape`, to logits. */
export type FormRunner = (input: Float32Array) => ArrayLike<number> | Promise<ArrayLike<number>>

type Runnable = Pick<Artefact, 'weights' | 'forms'> & {
  readonly manifest: Pick<Artefact['manifest'], 'id' | 'input' | 'layers' | 'calibration'>
}

/** The runtimes that are there. */
export interface Runtimes {
  readonly tf: Tfjs
  readonly hasOnnx: boolean
}

/**
 * Runs every form that the artefact has, and that a runtime is there for, on the same inputs as the engine.
 *
 * @param inputs real values: normalised MFCC matrices
 */
export async function agreementOf(
  artefact: Runnable,
  inputs: readonly Float32Array[],
  { tf, hasOnnx }: Runtimes,
): Promise<Agreement[]> {
  const expected = expectedOf(artefact, inputs)
  const agreements: Agreement[] = []
  if (artefact.forms.has(TFJS_MODEL_FILE)) {
    const graph = loadTfjsGraph(tf, artefact)
    const logits = new Float32Array(expected[0]?.length ?? 0)
    const run = (input: Float32Array): Float32Array => {
      graph.logitsInto(input, logits)
      return logits
    }
    agreements.push({ form: 'tfjs', ...(await agreementWith(artefact, inputs, expected, run)) })
    graph.dispose()
  }
  if (hasOnnx && artefact.forms.has(ONNX_FILE)) {
    const session = await openOnnxSession(
      artefact.forms.get(ONNX_FILE) as Uint8Array,
      artefact.manifest.input.shape,
    )
    const run: FormRunner = (input) => session.logits(input)
    agreements.push({ form: 'onnx', ...(await agreementWith(artefact, inputs, expected, run)) })
    await session.release()
  }
  return agreements
}

/** @throws {ModelError} MODEL_FORM if a form is further from the engine than it may be */
export function checkAgreement(agreements: readonly Agreement[]): void {
  for (const { form, sameLabel, probabilityDifference } of agreements) {
    if (sameLabel >= LEAST_SAME_LABEL && probabilityDifference <= GREATEST_DIFFERENCE) continue
    throw new ModelError(
      'MODEL_FORM',
      `the form ${form} gives the engine's label on ${(100 * sameLabel).toFixed(2)} % of the inputs (least allowed: ` +
        `${100 * LEAST_SAME_LABEL} %) and probabilities up to ${probabilityDifference.toFixed(4)} apart (most allowed: ` +
        `${GREATEST_DIFFERENCE}); export the model again`,
    )
  }
}

/** @param engine default: the fastest that there is */
export function engineRunner(
  { manifest, weights }: Pick<Runnable, 'manifest' | 'weights'>,
  engine: Engine = fastestEngine(),
): (input: Float32Array) => number[] {
  const network = createNetwork(manifest, weights, engine)
  const { scale, zero_point: zeroPoint } = network.output
  return (input) => Array.from(network.runReal(input), (q) => scale * (q - zeroPoint))
}

/** Probabilities of the engine, one row an input. */
export function expectedOf(artefact: Runnable, inputs: readonly Float32Array[]): Float64Array[] {
  const engine = engineRunner(artefact)
  return inputs.map((input) => probabilitiesOf(artefact, engine(input)))
}

/** @param expected as `expectedOf` */
export async function agreementWith(
  artefact: Runnable,
  inputs: readonly Float32Array[],
  expected: readonly Float64Array[],
  run: FormRunner,
): Promise<Omit<Agreement, 'form'>> {
  let same = 0
  let difference = 0
  let tookMs = 0
  for (const [index, input] of inputs.entries()) {
    const startedMs = performance.now()
    const logits = await run(input)
    tookMs += performance.now() - startedMs
    const theirs = probabilitiesOf(artefact, logits)
    const ours = expected[index] as Float64Array
    if (argmax(theirs) === argmax(ours)) same++
    ours.forEach((p, k) => (difference = Math.max(difference, Math.abs(p - (theirs[k] as number)))))
  }
  return {
    inputs: inputs.length,
    sameLabel: same / inputs.length,
    probabilityDifference: difference,
    inputMs: tookMs / inputs.length,
  }
}

function probabilitiesOf({ manifest }: Runnable, logits: ArrayLike<number>): Float64Array {
  const probabilities = new Float64Array(logits.length)
  softmaxInto(Float32Array.from(logits), manifest.calibration.temperature, probabilities)
  return probabilities
}
