import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { createMfccExtractor } from '../../../src/features/mfcc.js'
import { LABELS, type Clip } from '../corpora/clip.js'
import { samplesToMs } from '../../../src/units.js'
import type { Example, Window } from '../train/batches.js'
import { clipAudio } from './clip-audio.js'
import { clipWindows } from './clip-windows.js'
import { deviceGates } from './device-gates.js'

/** Playing speeds that a training example comes in; the first is the recording's own. */
export const TRAINING_SPEEDS = [1, 0.9, 1.1] as const

/**
 * Raised when the gate's arithmetic changes while its parameters and its model stay, so that windows cut by older code are not
 * taken from the cache.
 */
const CACHE_VERSION = 3

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
  const examples: Example[] = []
  const silent: Clip[] = []
  let done = 0
  for (const clip of clips) {
    const variants: ClipWindow[][] = []
    for (const speed of speeds) {
      const windows = await clipMfccs(clip, cacheRoot, speed)
      if (windows.length > 0) variants.push(windows)
    }
    if (variants.length > 0 && clip.label) examples.push({ variants, label: LABELS.indexOf(clip.label) })
    else silent.push(clip)
    onProgress(++done, clips.length)
  }
  return { examples, silent }
}

/** A window of a clip with the speech in it, by which a clip's windows are weighed. */
export interface ClipWindow extends Window {
  readonly speechMs: number
}

const extractor = createMfccExtractor(FEATURE_PARAMS)

/** One clip's windows, from the cache where it has them. */
export async function clipMfccs(clip: Clip, cacheRoot: string, speed = 1): Promise<ClipWindow[]> {
  const path = cachePath(join(cacheRoot, cacheKey()), clip.path, speed)
  if (existsSync(path)) return decodeWindows(readFileSync(path))
  const gate = deviceGates().createGate()
  const windows = clipWindows(await clipAudio(clip.path, speed), gate).map((window) => {
    const { data, frames } = extractor.extract(window.samples)
    return { mfcc: data, frames, speechMs: samplesToMs(window.speechSamples) }
  })
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}`
  writeFileSync(part, encodeWindows(windows))
  renameSync(part, path)
  return windows
}

function cacheKey(): string {
  const parts = [CACHE_VERSION, featureParamsHash(FEATURE_PARAMS), deviceGates().fingerprint]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

function cachePath(folder: string, clipPath: string, speed: number): string {
  // A clip that is replaced by another of its name must not be taken from the cache.
  const { size, mtimeMs } = statSync(clipPath)
  const name = createHash('sha256').update(`${clipPath} ${size} ${mtimeMs} ${speed}`).digest('hex')
  return join(folder, name.slice(0, 2), name.slice(2, 26))
}

/** Cache file: number of windows, then frames and speech (ms) of each (uint32), then the MFCCs (float32); machine's byte order. */
function encodeWindows(windows: readonly ClipWindow[]): Buffer {
  const header = Uint32Array.from([windows.length, ...windows.flatMap((w) => [w.frames, w.speechMs])])
  const parts = [header, ...windows.map((w) => w.mfcc)]
  return Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)))
}

function decodeWindows(bytes: Buffer): ClipWindow[] {
  const aligned = new Uint8Array(bytes).buffer
  const count = new Uint32Array(aligned, 0, 1)[0] as number
  const header = new Uint32Array(aligned, 4, 2 * count)
  let offset = 4 + 8 * count
  return Array.from({ length: count }, (_, n) => {
    const frames = header[2 * n] as number
    const mfcc = new Float32Array(aligned, offset, frames * FEATURE_PARAMS.nMfcc)
    offset += mfcc.byteLength
    return { mfcc, frames, speechMs: header[2 * n + 1] as number }
  })
}
