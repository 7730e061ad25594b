import type { ModelManifest } from './manifest.js'

/** What an artefact holds its network in: the engine's own int8, and forms made from it for other runtimes. */
export type Form = 'int8' | 'tfjs' | 'onnx'

/** The ONNX form; its only file. */
export const ONNX_FILE = 'model.onnx'
/** The TensorFlow.js form: a graph model's topology, and beside it the one shard of weights that it names. */
export const TFJS_MODEL_FILE = 'tfjs/model.json'
export const TFJS_WEIGHTS_FILE = 'tfjs/group1-shard1of1.bin'

/** The form that a file of the artefact belongs to. */
export function formOf(file: string): Form {
  if (file === ONNX_FILE) return 'onnx'
  return file.startsWith('tfjs/') ? 'tfjs' : 'int8'
}

/**
 * May be left out of an installed model: no device needs the other forms. One that is there is checked like any file,
 * because the manifest names it.
 */
export function isOptional(file: string): boolean {
  return formOf(file) !== 'int8'
}

/**
 * Bytes of each form that the manifest names.
 *
 * @param manifestBytes of manifest.json, which belongs to the own form
 */
export function formSizes(
  { files }: Pick<ModelManifest, 'files'>,
  manifestBytes: number,
): ReadonlyMap<Form, number> {
  const sizes = new Map<Form, number>([['int8', manifestBytes]])
  for (const [name, { bytes }] of Object.entries(files)) {
    const form = formOf(name)
    sizes.set(form, (sizes.get(form) ?? 0) + bytes)
  }
  return sizes
}
