import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { createMfccExtractor } from '../../../src/features/mfcc.js'
import { createEnergyVad } from '../../../src/gate/energy-vad.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { createGate } from '../../../src/gate/segmenter.js'
import { LABELS, type Clip } from '../corpora/clip.js'
import type { Example, Window } from '../train/batches.js'
import { clipAudio } from './clip-audio.js'
import { clipWindows } from './clip-windows.js'

/** Playing speeds that a training example comes in; the first is the recording's own. */
export const TRAINING_SPEEDS = [1, 0.9, 1.1] as const

/**
 * Raised when the gate's arithmetic changes while its parameters stay, so that windows cut by older code are not
 * taken from the cache.
 */
const CACHE_VERSION = 1

export type Progress = (done: number, total: number) => void

/**
 * The windows of each clip as MFCCs, from the cache where it has them. Clips in which the gate finds no speech give
 * no example; they are returned as `silent`.
 */
export async function loadExamples(
  clips: readonly Clip[],
  speeds: readonly number[],
  cacheRoot: string,
  onProgress: Progress,
): Promise<{ examples: Example[]; silent: Clip[] }> {
  const folder = join(cacheRoot, cacheKey())
  const extractor = createMfccExtractor(FEATURE_PARAMS)
  const gate = createGate(createEnergyVad(DEFAULT_GATE_PARAMS), DEFAULT_GATE_PARAMS)
  const examples: Example[] = []
  const silent: Clip[] = []
  let done = 0
  for (const clip of clips) {
    const variants: Window[][] = []
    for (const speed of speeds) {
      const windows = await cachedWindows(cachePath(folder, clip.path, speed), async () =>
        clipWindows(await clipAudio(clip.path, speed), gate).map((window) => {
          const { data, frames } = extractor.extract(window.samples)
          return { mfcc: data, frames }
        }),
      )
      if (windows.length > 0) variants.push(windows)
    }
    if (variants.length > 0 && clip.label) examples.push({ variants, label: LABELS.indexOf(clip.label) })
    else silent.push(clip)
    onProgress(++done, clips.length)
  }
  return { examples, silent }
}

function cacheKey(): string {
  const parts = [CACHE_VERSION, featureParamsHash(FEATURE_PARAMS), DEFAULT_GATE_PARAMS]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

function cachePath(folder: string, clipPath: string, speed: number): string {
  // A clip that is replaced by another of its name must not be taken from the cache.
  const { size, mtimeMs } = statSync(clipPath)
  const name = createHash('sha256').update(`${clipPath} ${size} ${mtimeMs} ${speed}`).digest('hex')
  return join(folder, name.slice(0, 2), name.slice(2, 26))
}

/** Cache file: the number of windows, the frames of each (uint32), then the MFCCs (float32); machine's byte order. */
async function cachedWindows(path: string, compute: () => Promise<Window[]>): Promise<Window[]> {
  if (existsSync(path)) return decodeWindows(readFileSync(path))
  const windows = await compute()
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}`
  writeFileSync(part, encodeWindows(windows))
  renameSync(part, path)
  return windows
}

function encodeWindows(windows: readonly Window[]): Buffer {
  const counts = Uint32Array.from([windows.length, ...windows.map((w) => w.frames)])
  const parts = [counts, ...windows.map((w) => w.mfcc)]
  return Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)))
}

function decodeWindows(bytes: Buffer): Window[] {
  const aligned = new Uint8Array(bytes).buffer
  const count = new Uint32Array(aligned, 0, 1)[0] as number
  const frames = new Uint32Array(aligned, 4, count)
  let offset = 4 + 4 * count
  return Array.from(frames, (frameTotal) => {
    const mfcc = new Float32Array(aligned, offset, frameTotal * FEATURE_PARAMS.nMfcc)
    offset += mfcc.byteLength
    return { mfcc, frames: frameTotal }
  })
}
