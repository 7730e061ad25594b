import type { Parameters } from './parameters.js'

export interface AdamWOptions {
  readonly weightDecay: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

export const ADAMW_DEFAULTS: AdamWOptions = { weightDecay: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }

/** The optimiser's moments: plain arrays, so that a checkpoint holds them and a resumed run gives the same result. */
export interface AdamWState {
  step: number
  readonly first: Map<string, Float32Array>
  readonly second: Map<string, Float32Array>
}

export function initialAdamWState(parameters: Parameters): AdamWState {
  const zeros = (): Map<string, Float32Array> =>
    new Map(
      [...parameters.values()]
        .filter((p) => p.isTrained)
        .map((p) => [p.name, new Float32Array(p.values.length)]),
    )
  return { step: 0, first: zeros(), second: zeros() }
}

/**
 * One step of Adam with decoupled weight decay, in place.
 *
 * @param gradients by parameter name, each of its parameter's length
 * @see Loshchilov & Hutter 2019
 */
export function adamWStep(
  parameters: Parameters,
  gradients: ReadonlyMap<string, Float32Array>,
  state: AdamWState,
  learningRate: number,
  options: AdamWOptions,
): void {
  const { beta1, beta2, epsilon } = options
  state.step += 1
  const correction1 = 1 - beta1 ** state.step
  const correction2 = 1 - beta2 ** state.step
  for (const [name, gradient] of gradients) {
    const parameter = parameters.get(name)
    const m = state.first.get(name)
    const v = state.second.get(name)
    if (!parameter || !m || !v) continue
    const decay = parameter.decays ? learningRate * options.weightDecay : 0
    const { values } = parameter
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i] as number
      const mi = beta1 * (m[i] as number) + (1 - beta1) * g
      const vi = beta2 * (v[i] as number) + (1 - beta2) * g * g
      m[i] = mi
      v[i] = vi
      const value = values[i] as number
      values[i] =
        value - decay * value - (learningRate * (mi / correction1)) / (Math.sqrt(vi / correction2) + epsilon)
    }
  }
}
