import { createRequire } from 'node:module'

/** Outside the workspaces: `npm run bench:setup` installs what is there. */
const requirePeer = createRequire(new URL('../../../bench/peers/package.json', import.meta.url))
const PEER = 'onnxruntime-node'

/** What is used of onnxruntime-node. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: { readonly intraOpNumThreads: number; readonly logSeverityLevel: number },
    ): Promise<{
      run(
        feeds: Readonly<Record<string, object>>,
      ): Promise<{ readonly logits: { readonly data: Float32Array } }>
      release(): Promise<void>
    }>
  }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => object
}

/** model.onnx, ready to run. */
export interface OnnxSession {
  /** @param features of one window, shape `inputShape` */
  logits(features: Float32Array): Promise<Float32Array>
  release(): Promise<void>
}

/** True if ONNX Runtime is there to run the form with. */
export function hasOnnxRuntime(): boolean {
  try {
    requirePeer.resolve(PEER)
    return true
  } catch {
    return false
  }
}

/**
 * @param model model.onnx
 * @param inputShape of the network, without the batch
 */
export async function openOnnxSession(
  model: Uint8Array,
  inputShape: readonly number[],
): Promise<OnnxSession> {
  const { InferenceSession, Tensor } = requirePeer(PEER) as OnnxRuntime
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  return {
    async logits(features) {
      const { logits } = await session.run({ features: new Tensor('float32', features, [1, ...inputShape]) })
      return logits.data
    },
    release: () => session.release(),
  }
}
