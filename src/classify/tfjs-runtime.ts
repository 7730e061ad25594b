import { createRequire } from 'node:module'
import { dirname } from 'node:path'

import { ConfigError } from '../errors.js'
import type { Tfjs } from './tfjs.js'

/** First major version of Node on which tfjs-node 4.22 breaks (it calls functions of `node:util` that are gone). */
const TFJS_NODE_BROKEN_SINCE = 23

const NATIVE = '@tensorflow/tfjs-node'
const PORTABLE = '@tensorflow/tfjs'
const WASM = '@tensorflow/tfjs-backend-wasm'

/** How packages are found and loaded: Node's `require`, or a test's. */
export interface PackageLoader {
  (name: string): unknown
  resolve(name: string): string
}

export interface TfjsRuntime {
  readonly tf: Tfjs
  readonly backend: 'tensorflow' | 'wasm'
}

/**
 * Starts TensorFlow.js: tfjs-node where it is installed, else tfjs with its WASM backend. Neither is a dependency of
 * the agent, so they are looked for only now.
 *
 * @throws {ConfigError} CONFIG_TFJS, saying what to install, or why what is installed cannot be used
 */
export async function startTfjs(
  load: PackageLoader = createRequire(import.meta.url),
  nodeVersion = process.versions.node,
): Promise<TfjsRuntime> {
  if (isInstalled(load, NATIVE)) {
    const refusal = refusalOfNode(nodeVersion)
    if (refusal !== null) throw unusable(`${refusal}; use Node 20 or 22, or uninstall it and install ${WASM}`)
    return start(load, NATIVE, 'tensorflow')
  }
  if (!isInstalled(load, PORTABLE) || !isInstalled(load, WASM)) {
    throw unusable(`it is not installed; install ${NATIVE}, or ${PORTABLE} and ${WASM}`)
  }
  return start(load, PORTABLE, 'wasm')
}

/** Why tfjs-node cannot be used on this version of Node, or null. */
export function refusalOfNode(nodeVersion: string): string | null {
  if (Number.parseInt(nodeVersion, 10) < TFJS_NODE_BROKEN_SINCE) return null
  return `tfjs-node breaks on Node ${TFJS_NODE_BROKEN_SINCE} and later, this is ${nodeVersion}`
}

/**
 * @param name of a package
 * @returns true if the loader finds it
 */
export function isInstalled(load: PackageLoader, name: string): boolean {
  try {
    load.resolve(name)
    return true
  } catch {
    return false
  }
}

/** Loads the WASM backend, which registers itself, and tells it where its binaries lie. */
export function loadWasmBackend(load: PackageLoader): void {
  const { setWasmPaths } = load(WASM) as { setWasmPaths(folder: string): void }
  setWasmPaths(`${dirname(load.resolve(`${WASM}/package.json`))}/dist/`)
}

async function start(
  load: PackageLoader,
  name: string,
  backend: TfjsRuntime['backend'],
): Promise<TfjsRuntime> {
  try {
    const tf = load(name) as Tfjs
    if (backend === 'wasm') loadWasmBackend(load)
    if (await withoutNewListeners(() => tf.setBackend(backend))) {
      await tf.ready()
      return { tf, backend }
    }
  } catch (cause) {
    const [why] = String((cause as Error).message).split('\n')
    throw unusable(`${name} does not load (${why}); install it again`, cause)
  }
  throw unusable(`${name} cannot start its backend ${backend}; install it again`)
}

const CRASH_EVENTS = ['uncaughtException', 'unhandledRejection'] as const

/**
 * The WASM backend's glue listens for errors that nobody catches, only to throw them again with its own source printed
 * in front: what it adds is taken off, so that such an error is reported as everywhere else.
 */
async function withoutNewListeners<T>(run: () => Promise<T>): Promise<T> {
  const before = CRASH_EVENTS.map((event) => new Set(process.rawListeners(event)))
  try {
    return await run()
  } finally {
    CRASH_EVENTS.forEach((event, index) => {
      for (const listener of process.rawListeners(event)) {
        if (!before[index]!.has(listener)) process.removeListener(event, listener as () => void)
      }
    })
  }
}

function unusable(why: string, cause?: unknown): ConfigError {
  const message = `TensorFlow.js cannot be used: ${why}; or set classify.backend to int8`
  return new ConfigError('CONFIG_TFJS', message, { cause })
}
