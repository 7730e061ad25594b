import * as tf from '@tensorflow/tfjs'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { ConfigError } from '../../../src/errors.js'

const require = createRequire(import.meta.url)

/** First major version of Node on which tfjs-node 4.22 breaks (it calls functions of `node:util` that are gone). */
const TFJS_NODE_BROKEN_SINCE = 23

/**
 * Readies TensorFlow.js: tfjs-node where it is installed and works, otherwise the WASM backend with SIMD.
 *
 * @returns the name of the backend in use
 * @throws {ConfigError} `TRAINING_NO_BACKEND` if none can be started
 */
export async function readyBackend(): Promise<string> {
  if (isInstalled('@tensorflow/tfjs-node')) {
    if (nodeMajor() >= TFJS_NODE_BROKEN_SINCE) {
      process.stderr.write(
        `tfjs-node is not used: it breaks on Node ${TFJS_NODE_BROKEN_SINCE} and later, this is ${process.version}; the WASM backend is\n`,
      )
    } else {
      // The name is a variable because the package is optional: the compiler must not look for its types.
      const name = '@tensorflow/tfjs-node'
      await import(name)
      if (await tf.setBackend('tensorflow')) return 'tensorflow'
    }
  }
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`)
  if (!(await tf.setBackend('wasm'))) {
    throw new ConfigError('TRAINING_NO_BACKEND', 'TensorFlow.js could not start its WASM backend')
  }
  await tf.ready()
  return 'wasm'
}

function nodeMajor(): number {
  return Number(process.versions.node.split('.')[0])
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}
