import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import type { Clip, Label } from '../corpora/clip.js'
import { labelMask, labelsOfCorpora } from '../corpora/label-mask.js'
import { activeShare } from '../augment/mix-noise.js'
import { AS_RECORDED, type Variant } from '../augment/variant.js'
import { samplesToMs } from '../../../src/units.js'
import type { Example, Window } from '../train/example.js'
import { clipWindows } from './clip-windows.js'
import { deviceGates } from './device-gates.js'
import { FRONT_ENDS, type FrontEnd } from './front-end.js'
import { variantAudio } from './variant-audio.js'

/**
 * Raised when the gate's arithmetic changes while its parameters and its model stay, so that windows cut by older code are not
 * taken from the cache.
 */
const CACHE_VERSION = 4

/** A window of a noisy variant that holds less of the speaker holds the noise, and teaches nothing of the label. */
const LEAST_VOICE_SHARE = 0.25

export type Progress = (done: number, total: number) => void

/** Which clips are wanted, and how. */
export interface ExampleRequest {
  readonly clips: readonly Clip[]
  readonly variantsOf: (clip: Clip) => readonly Variant[]
  /** The network's outputs. */
  readonly labels: readonly Label[]
  /** What the network hears (default: MFCCs). */
  readonly front?: FrontEnd
}

/** The clips as they are. */
export function asRecorded(
  clips: readonly Clip[],
  labels: readonly Label[],
  front = FRONT_ENDS.mfcc,
): ExampleRequest {
  return { clips, labels, front, variantsOf: () => [AS_RECORDED] }
}

/**
 * The windows of each clip as MFCCs, from the cache where it has them. Clips in which the gate finds no speech give
 * no example; they are returned as `silent`. A variant in which it finds none (the noise hides it) is left out.
 */
export async function loadExamples(
  { clips, variantsOf, labels, front = FRONT_ENDS.mfcc }: ExampleRequest,
  cacheRoot: string,
  onProgress: Progress,
): Promise<{ examples: Example[]; silent: Clip[] }> {
  const corpora = labelsOfCorpora(clips)
  const examples: Example[] = []
  const silent: Clip[] = []
  let done = 0
  for (const clip of clips) {
    const variants: ClipWindow[][] = []
    for (const variant of variantsOf(clip)) {
      const windows = await clipFeatures(clip, cacheRoot, front, variant)
      if (windows.length > 0) variants.push(windows)
    }
    const label = labels.indexOf(clip.label)
    if (variants.length > 0 && label >= 0) {
      examples.push({
        variants,
        label,
        mask: labelMask(clip.label, corpora.get(clip.corpus) ?? [], labels),
        corpus: clip.corpus,
        speaker: `${clip.corpus}/${clip.speaker}`,
        sex: clip.sex,
        intensity: clip.intensity,
      })
    } else silent.push(clip)
    onProgress(++done, clips.length)
  }
  return { examples, silent }
}

/** A window of a clip with the speech in it, by which a clip's windows are weighed. */
export interface ClipWindow extends Window {
  readonly speechMs: number
}

/** One clip's windows as MFCCs, from the cache where it has them. */
export function clipMfccs(clip: Clip, cacheRoot: string, variant = AS_RECORDED): Promise<ClipWindow[]> {
  return clipFeatures(clip, cacheRoot, FRONT_ENDS.mfcc, variant)
}

/** One clip's windows as a front end hears them, from the cache where it has them. */
export async function clipFeatures(
  clip: Clip,
  cacheRoot: string,
  front: FrontEnd,
  variant = AS_RECORDED,
): Promise<ClipWindow[]> {
  const path = cachePath(join(cacheRoot, cacheKey(front)), clip.path, variant)
  if (existsSync(path)) return decodeWindows(readFileSync(path), front.coefficients)
  const gate = deviceGates().createGate()
  const { samples, voice } = await variantAudio(clip.path, variant)
  const spoken = clipWindows(samples, gate).filter(
    ({ startSample, samples: { length } }) =>
      variant.noise === null || activeShare(voice, startSample, startSample + length) >= LEAST_VOICE_SHARE,
  )
  const windows = spoken.map((window) => {
    const { data, frames } = front.extract(window.samples)
    return { mfcc: data, frames, speechMs: samplesToMs(window.speechSamples) }
  })
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}`
  writeFileSync(part, encodeWindows(windows))
  renameSync(part, path)
  return windows
}

function cacheKey({ name, coefficients }: FrontEnd): string {
  const parts = [
    CACHE_VERSION,
    name,
    coefficients,
    featureParamsHash(FEATURE_PARAMS),
    deviceGates().fingerprint,
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

function cachePath(folder: string, clipPath: string, variant: Variant): string {
  // A clip, or a recording of noise, that is replaced by another of its name must not be taken from the cache.
  const files = [clipPath, ...(variant.noise?.paths ?? [])].map((path) => {
    const { size, mtimeMs } = statSync(path)
    return [path, size, mtimeMs]
  })
  const name = createHash('sha256')
    .update(JSON.stringify([files, variant]))
    .digest('hex')
  return join(folder, name.slice(0, 2), name.slice(2, 26))
}

/** Cache file: number of windows, then frames and speech (ms) of each (uint32), then the features (float32); machine's byte order. */
function encodeWindows(windows: readonly ClipWindow[]): Buffer {
  const header = Uint32Array.from([windows.length, ...windows.flatMap((w) => [w.frames, w.speechMs])])
  const parts = [header, ...windows.map((w) => w.mfcc)]
  return Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)))
}

function decodeWindows(bytes: Buffer, coefficients: number): ClipWindow[] {
  const aligned = new Uint8Array(bytes).buffer
  const count = new Uint32Array(aligned, 0, 1)[0] as number
  const header = new Uint32Array(aligned, 4, 2 * count)
  let offset = 4 + 8 * count
  return Array.from({ length: count }, (_, n) => {
    const frames = header[2 * n] as number
    const mfcc = new Float32Array(aligned, offset, frames * coefficients)
    offset += mfcc.byteLength
    return { mfcc, frames, speechMs: header[2 * n + 1] as number }
  })
}
