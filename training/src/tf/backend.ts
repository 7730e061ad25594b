import * as tf from '@tensorflow/tfjs'
import { createRequire } from 'node:module'
import { isInstalled, loadWasmBackend, refusalOfNode } from '../../../src/classify/tfjs-runtime.js'
import { ConfigError } from '../../../src/errors.js'
import { readyKernels } from './array-op.js'

const require = createRequire(import.meta.url)

/**
 * Readies TensorFlow.js: tfjs-node where it is installed and works, otherwise the WASM backend with SIMD.
 *
 * @returns the name of the backend in use
 * @throws {ConfigError} `TRAINING_NO_BACKEND` if none can be started
 */
export async function readyBackend(): Promise<string> {
  if (isInstalled(require, '@tensorflow/tfjs-node')) {
    const refusal = refusalOfNode(process.versions.node)
    if (refusal !== null) {
      process.stderr.write(`tfjs-node is not used: ${refusal}; the WASM backend is\n`)
    } else {
      // The name is a variable because the package is optional: the compiler must not look for its types.
      const name = '@tensorflow/tfjs-node'
      await import(name)
      if (await tf.setBackend('tensorflow')) {
        await readyKernels()
        return 'tensorflow'
      }
    }
  }
  loadWasmBackend(require)
  if (!(await tf.setBackend('wasm'))) {
    throw new ConfigError('TRAINING_NO_BACKEND', 'TensorFlow.js could not start its WASM backend')
  }
  await tf.ready()
  await readyKernels()
  return 'wasm'
}
