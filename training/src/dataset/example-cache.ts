import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FEATURE_PARAMS } from '../../../src/features/feature-params.js'
import { featureParamsHash } from '../../../src/features/feature-params-hash.js'
import { createMfccExtractor } from '../../../src/features/mfcc.js'
import { createEnergyVad } from '../../../src/gate/energy-vad.js'
import { DEFAULT_GATE_PARAMS } from '../../../src/gate/gate-params.js'
import { createGate } from '../../../src/gate/segmenter.js'
import type { Clip, Label } from '../corpora/clip.js'
import { labelMask, labelsOfCorpora } from '../corpora/label-mask.js'
import { activeShare } from '../augment/mix-noise.js'
import { AS_RECORDED, type Variant } from '../augment/variant.js'
import { samplesToMs } from '../../../src/units.js'
import type { Example, Window } from '../train/example.js'
import { clipWindows } from './clip-windows.js'
import { variantAudio } from './variant-audio.js'

/**
 * Raised when the gate's arithmetic changes while its parameters stay, so that windows cut by older code are not
 * taken from the cache.
 */
const CACHE_VERSION = 3

/** A window of a noisy variant that holds less of the speaker holds the noise, and teaches nothing of the label. */
const LEAST_VOICE_SHARE = 0.25

export type Progress = (done: number, total: number) => void

/** Which clips are wanted, and how. */
export interface ExampleRequest {
  readonly clips: readonly Clip[]
  readonly variantsOf: (clip: Clip) => readonly Variant[]
  /** The network's outputs. */
  readonly labels: readonly Label[]
}

/** The clips as they are. */
export function asRecorded(clips: readonly Clip[], labels: readonly Label[]): ExampleRequest {
  return { clips, labels, variantsOf: () => [AS_RECORDED] }
}

/**
 * The windows of each clip as MFCCs, from the cache where it has them. Clips in which the gate finds no speech give
 * no example; they are returned as `silent`. A variant in which it finds none (the noise hides it) is left out.
 */
export async function loadExamples(
  { clips, variantsOf, labels }: ExampleRequest,
  cacheRoot: string,
  onProgress: Progress,
): Promise<{ examples: Example[]; silent: Clip[] }> {
  const corpora = labelsOfCorpora(clips)
  const masks = new Map([...corpora].map(([name, own]) => [name, labelMask(own, labels)]))
  const examples: Example[] = []
  const silent: Clip[] = []
  let done = 0
  for (const clip of clips) {
    const variants: ClipWindow[][] = []
    for (const variant of variantsOf(clip)) {
      const windows = await clipMfccs(clip, cacheRoot, variant)
      if (windows.length > 0) variants.push(windows)
    }
    const label = labels.indexOf(clip.label)
    if (variants.length > 0 && label >= 0) {
      examples.push({
        variants,
        label,
        mask: masks.get(clip.corpus) as Float32Array,
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

const extractor = createMfccExtractor(FEATURE_PARAMS)

/** One clip's windows, from the cache where it has them. */
export async function clipMfccs(clip: Clip, cacheRoot: string, variant = AS_RECORDED): Promise<ClipWindow[]> {
  const path = cachePath(join(cacheRoot, cacheKey()), clip.path, variant)
  if (existsSync(path)) return decodeWindows(readFileSync(path))
  const gate = createGate(createEnergyVad(DEFAULT_GATE_PARAMS), DEFAULT_GATE_PARAMS)
  const { samples, voice } = await variantAudio(clip.path, variant)
  const spoken = clipWindows(samples, gate).filter(
    ({ startSample, samples: { length } }) =>
      variant.noise === null || activeShare(voice, startSample, startSample + length) >= LEAST_VOICE_SHARE,
  )
  const windows = spoken.map((window) => {
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
  const parts = [CACHE_VERSION, featureParamsHash(FEATURE_PARAMS), DEFAULT_GATE_PARAMS]
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
