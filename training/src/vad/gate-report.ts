import type { GateParams } from '../../../src/gate/gate-params.js'
import type { Vad } from '../../../src/gate/vad.js'
import { samplesToMs } from '../../../src/units.js'
import { createGate } from '../../../src/gate/segmenter.js'
import { clipAudio } from '../dataset/clip-audio.js'
import { clipWindows } from '../dataset/clip-windows.js'
import { falseSpeech, sumOfFalseSpeech, type FalseSpeech } from './judge-false-speech.js'
import { frameAreas } from './judge-frames.js'
import { latenciesOf } from './judge-latency.js'
import type { JudgeNoise } from './judge-mixtures.js'
import type { TimedClip } from './speech-targets.js'

export interface Detector {
  readonly name: string
  readonly vad: Vad
}

/** A figure of each detector, by its name. */
export type ByDetector<T> = Readonly<Record<string, T>>

export interface FrameRow {
  readonly noise: string
  /** null: the clips as they are. */
  readonly snrDb: number | null
  readonly auc: ByDetector<number>
}

export interface Quantiles {
  readonly medianMs: number
  readonly p95Ms: number
}

export interface LatencyRow {
  readonly noise: string
  readonly snrDb: number
  readonly onset: ByDetector<Quantiles>
  readonly offset: ByDetector<Quantiles>
}

export interface FalseSpeechRow {
  readonly noise: string
  readonly figures: ByDetector<FalseSpeech>
}

/** How a gate meets the clips of a corpus, each heard cold. */
export interface OpeningRow {
  readonly corpus: string
  readonly clips: number
  readonly withWindowShare: number
  readonly windowsPerClip: number
  readonly speechMsPerWindow: number
}

const SNRS_DB = [10, 0] as const
/** A room so quiet that only the pauses put around a clip would not be digital silence. */
const QUIET_SNR_DB = 40

/** Frame AUC in every noise. */
export function frameRows(
  clips: readonly TimedClip[],
  detectors: readonly Detector[],
  noises: readonly JudgeNoise[],
  seed: number,
  onRow: (row: FrameRow) => void,
): FrameRow[] {
  const row = (noise: JudgeNoise | null, snrDb: number | null): FrameRow => {
    for (const { vad } of detectors) vad.reset()
    const vads = detectors.map(({ vad }) => vad)
    const areas = frameAreas(clips, vads, noise, snrDb ?? 0, seed)
    const measured = {
      noise: noise?.name ?? 'clean',
      snrDb,
      auc: Object.fromEntries(detectors.map(({ name }, d) => [name, areas[d] as number])),
    }
    onRow(measured)
    return measured
  }
  return [row(null, null), ...noises.flatMap((noise) => SNRS_DB.map((snrDb) => row(noise, snrDb)))]
}

/** In a quiet room (faint noise of the first kind), and in each noise at 10 dB. */
export function latencyRows(
  clips: readonly TimedClip[],
  detectors: readonly Detector[],
  params: GateParams,
  noises: readonly JudgeNoise[],
  seed: number,
): LatencyRow[] {
  const quiet = { ...(noises[0] as JudgeNoise), name: 'quiet room' }
  const conditions = [[quiet, QUIET_SNR_DB] as const, ...noises.map((noise) => [noise, SNRS_DB[0]] as const)]
  return conditions.map(([noise, snrDb]) => {
    const all = detectors.map(({ name, vad }) => ({
      name,
      ...latenciesOf(clips, vad, params, noise, snrDb, seed),
    }))
    return {
      noise: noise.name,
      snrDb,
      onset: Object.fromEntries(all.map(({ name, onsetsMs }) => [name, quantiles(onsetsMs)])),
      offset: Object.fromEntries(all.map(({ name, offsetsMs }) => [name, quantiles(offsetsMs)])),
    }
  })
}

export function falseSpeechRows(
  recordings: ReadonlyMap<string, readonly Float32Array[]>,
  detectors: readonly Detector[],
  params: GateParams,
): FalseSpeechRow[] {
  const rows = [...recordings].map(([noise, all]): FalseSpeechRow => ({
    noise,
    figures: Object.fromEntries(detectors.map(({ name, vad }) => [name, falseSpeech(all, vad, params)])),
  }))
  const sums = detectors.map(({ name }): [string, FalseSpeech] => [
    name,
    sumOfFalseSpeech(rows.map(({ figures }) => figures[name] as FalseSpeech)),
  ])
  return [...rows, { noise: 'all', figures: Object.fromEntries(sums) }]
}

export async function openingRow(
  corpus: string,
  paths: readonly string[],
  vad: Vad,
  params: GateParams,
): Promise<OpeningRow> {
  const gate = createGate(vad, params)
  let withWindow = 0
  let windows = 0
  let speechSamples = 0
  for (const path of paths) {
    const cut = clipWindows(await clipAudio(path), gate)
    if (cut.length > 0) withWindow++
    windows += cut.length
    for (const window of cut) speechSamples += window.speechSamples
  }
  return {
    corpus,
    clips: paths.length,
    withWindowShare: withWindow / paths.length,
    windowsPerClip: windows / paths.length,
    speechMsPerWindow: samplesToMs(speechSamples) / Math.max(1, windows),
  }
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  return { medianMs: at(0.5), p95Ms: at(0.95) }
}
