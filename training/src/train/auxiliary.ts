import { laidOut, membersOf, type Architecture } from '../architectures/architecture.js'
import { layerShapes, type LayerShape } from '../architectures/layer-shapes.js'
import type { Intensity } from '../corpora/clip.js'
import type { Random } from '../random.js'
import type { Batch } from './batches.js'
import type { Example } from './example.js'
import { addCrossEntropy } from './loss.js'
import type { ParameterArray } from './parameters.js'

/** What a network is asked beside the feeling, so that it learns what voices have in common; never shipped. */
export interface AuxiliaryHead {
  readonly name: 'sex' | 'intensity'
  readonly outputs: number
  /** The right output and those that are in question; null where it is not known of an example. */
  targetOf(example: Example): { readonly label: number; readonly mask: Float32Array } | null
}

const SEXES = ['female', 'male'] as const
/** The corpora's own grades: one corpus tells the first two apart, another the others. */
const GRADES: readonly Intensity[] = ['normal', 'strong', 'low', 'medium', 'high']
const TWO_GRADES = Float32Array.of(1, 1, 0, 0, 0)
const THREE_GRADES = Float32Array.of(0, 0, 1, 1, 1)

export const AUXILIARY_HEADS: readonly AuxiliaryHead[] = [
  {
    name: 'sex',
    outputs: SEXES.length,
    targetOf: ({ sex }) => (sex === null ? null : { label: SEXES.indexOf(sex), mask: Float32Array.of(1, 1) }),
  },
  {
    name: 'intensity',
    outputs: GRADES.length,
    targetOf({ intensity }) {
      if (intensity === null) return null
      const label = GRADES.indexOf(intensity)
      return { label, mask: label < 2 ? TWO_GRADES : THREE_GRADES }
    },
  },
]

/** Shares of the loss, by the head's name; 0 leaves a head out. */
export interface AuxiliaryWeights {
  readonly sexWeight: number
  readonly intensityWeight: number
}

export function weightOf({ name }: AuxiliaryHead, weights: AuxiliaryWeights): number {
  return name === 'sex' ? weights.sexWeight : weights.intensityWeight
}

/** Parameters of heads begin with this, after a member's number. */
export const AUXILIARY_PREFIX = 'auxiliary-'

/** Each head is one dense layer on what the network's last one sees. */
export function auxiliaryParameters(
  architecture: Architecture,
  inputShape: LayerShape,
  weights: AuxiliaryWeights,
  random: Random,
): ParameterArray[] {
  const heads = AUXILIARY_HEADS.filter((head) => weightOf(head, weights) > 0)
  return membersOf(architecture).flatMap(({ prefix, network }) => {
    const last = layerShapes(network, laidOut(network, inputShape)).at(-1)
    const inputs = (last?.input ?? [0]).reduce((product, n) => product * n, 1)
    return heads.flatMap(({ name, outputs }): ParameterArray[] => {
      const layer = `${prefix}${AUXILIARY_PREFIX}${name}`
      const kernel = Float32Array.from(
        { length: inputs * outputs },
        () => random.normal() / Math.sqrt(inputs),
      )
      const bias = new Float32Array(outputs)
      return [
        { name: `${layer}/kernel`, shape: [inputs, outputs], values: kernel, decays: true, isTrained: true },
        { name: `${layer}/bias`, shape: [outputs], values: bias, decays: false, isTrained: true },
      ]
    })
  })
}

/** Gradient of a head's share of the loss by its logits, [size × outputs]; examples of which it is not known are out. */
export function auxiliaryGradient(
  head: AuxiliaryHead,
  logits: Float32Array,
  batch: Batch,
  weight: number,
): Float32Array {
  const gradient = new Float32Array(logits.length)
  for (let i = 0; i < batch.size; i++) {
    const row = logits.subarray(i * head.outputs, (i + 1) * head.outputs)
    const dRow = gradient.subarray(i * head.outputs, (i + 1) * head.outputs)
    for (const { examples, shares } of batch.parts) {
      const target = head.targetOf(examples[i] as Example)
      if (!target) continue
      const wanted = target.mask.map((_, k) => (k === target.label ? 1 : 0))
      addCrossEntropy(row, wanted, target.mask, (weight * (shares[i] as number)) / batch.size, 1, dRow)
    }
  }
  return gradient
}
