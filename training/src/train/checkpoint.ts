import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { InputError } from '../../../src/errors.js'
import type { TrainState } from './trainer.js'

/**
 * Checkpoint file: a line of JSON (what the run is, and the arrays' names and lengths), then the arrays as float32,
 * little endian, in that order. Written beside the old one and renamed, so a kill leaves one of the two whole.
 */
interface CheckpointHeader {
  readonly run: unknown
  readonly epochsDone: number
  readonly step: number
  readonly arrays: readonly { readonly name: string; readonly length: number }[]
}

export function writeCheckpoint(path: string, run: unknown, state: TrainState): void {
  const arrays = arraysOf(state)
  const header: CheckpointHeader = {
    run,
    epochsDone: state.epochsDone,
    step: state.optimiser.step,
    arrays: arrays.map(([name, values]) => ({ name, length: values.length })),
  }
  const parts = arrays.map(([, values]) => Buffer.from(values.buffer, values.byteOffset, values.byteLength))
  writeFileSync(`${path}.part`, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...parts]))
  renameSync(`${path}.part`, path)
}

/**
 * Fills `state` from a checkpoint, if there is one.
 *
 * @param run what the run is (architecture, options, split): a checkpoint of another run is not taken
 * @returns false if there is no checkpoint
 * @throws {InputError} `TRAINING_CHECKPOINT` if the file is damaged or of another run
 */
export function readCheckpoint(path: string, run: unknown, state: TrainState): boolean {
  if (!existsSync(path)) return false
  const bytes = readFileSync(path)
  const newline = bytes.indexOf(0x0a)
  const header = parseHeader(path, bytes.subarray(0, Math.max(newline, 0)).toString())
  if (JSON.stringify(header.run) !== JSON.stringify(run)) {
    throw new InputError(
      'TRAINING_CHECKPOINT',
      `${path} belongs to a run with other settings; remove it or choose another --out`,
    )
  }
  const arrays = arraysOf(state)
  const expected = arrays.reduce((sum, [, values]) => sum + values.length * 4, newline + 1)
  if (bytes.length !== expected || header.arrays.length !== arrays.length) {
    throw new InputError(
      'TRAINING_CHECKPOINT',
      `${path} is damaged: ${bytes.length} bytes, expected ${expected}`,
    )
  }
  let offset = newline + 1
  for (const [, values] of arrays) {
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(
      bytes.subarray(offset, offset + values.byteLength),
    )
    offset += values.byteLength
  }
  state.epochsDone = header.epochsDone
  state.optimiser.step = header.step
  return true
}

function parseHeader(path: string, text: string): CheckpointHeader {
  try {
    return JSON.parse(text) as CheckpointHeader
  } catch (cause) {
    throw new InputError('TRAINING_CHECKPOINT', `${path} is no checkpoint`, { cause })
  }
}

function arraysOf(state: TrainState): [string, Float32Array][] {
  return [
    ...[...state.parameters.values()].map((p): [string, Float32Array] => [`parameters/${p.name}`, p.values]),
    ...[...state.averaged.values()].map((p): [string, Float32Array] => [`averaged/${p.name}`, p.values]),
    ...[...state.optimiser.first].map(([name, v]): [string, Float32Array] => [`first/${name}`, v]),
    ...[...state.optimiser.second].map(([name, v]): [string, Float32Array] => [`second/${name}`, v]),
  ]
}
