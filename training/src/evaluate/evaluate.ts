import { softmaxInto } from '../../../src/affect/calibrate.js'
import { DEFAULT_AFFECT_PARAMS } from '../../../src/affect/affect-params.js'
import { InputError } from '../../../src/errors.js'
import { createInt8Classifier } from '../../../src/classify/int8-classifier.js'
import { createModelInput } from '../../../src/features/model-input.js'
import type { Artefact } from '../../../src/nn/artefact-reader.js'
import type { ModelManifest } from '../../../src/nn/manifest.js'
import { createPipeline } from '../../../src/pipeline.js'
import { architectureByName } from '../architectures/index.js'
import type { Architecture } from '../architectures/architecture.js'
import type { Clip } from '../corpora/clip.js'
import { clipAudio } from '../dataset/clip-audio.js'
import { deviceGates } from '../dataset/device-gates.js'
import { clipMfccs, type Progress } from '../dataset/example-cache.js'
import { createNormaliseAndFit } from '../dataset/network-input.js'
import type { Parameters } from '../train/parameters.js'
import { architectureOf, loadRun, splitOf } from '../train/run.js'
import { clipProbabilities, type WindowDecision } from './clip-decision.js'
import { deviceDecisions } from './device-decisions.js'
import { floatLogits } from './float-network.js'
import { decodeFloatWeights } from './float-weights.js'
import { metricsOf, type Metrics, type Outcome } from './metrics.js'
import { readEvents } from './read-events.js'

/** The int8 network through the device's own pipeline, each clip heard cold. */
export async function evaluateInt8(
  artefact: Artefact,
  clips: readonly Clip[],
  onProgress: Progress,
): Promise<Metrics> {
  const { labels, prior, calibration } = artefact.manifest
  const classifier = createInt8Classifier(artefact)
  const outcomes: Outcome[] = []
  for (const clip of clips) {
    const pipeline = createPipeline({
      gate: deviceGates().createGate(),
      modelInput: createModelInput(),
      classifier,
      temperature: calibration.temperature,
      prior,
      affectParams: DEFAULT_AFFECT_PARAMS,
    })
    const windows = deviceDecisions(pipeline, await clipAudio(clip.path), labels)
    outcomes.push(outcomeOf(clip, windows, artefact.manifest))
    onProgress(outcomes.length, clips.length)
  }
  return metricsOf(outcomes, labels)
}

/** What an outcome needs to know of a model. */
type Judged = Pick<ModelManifest, 'labels' | 'prior' | 'calibration'>

/** The float network on the same windows, at the same temperature. */
export async function evaluateFloat(
  manifest: Judged,
  floatWeights: Uint8Array,
  clips: readonly Clip[],
  cacheRoot: string,
): Promise<Metrics> {
  const { architecture, parameters } = decodeFloatWeights(floatWeights)
  const network = { architecture: architectureByName(architecture, manifest.labels.length), parameters }
  return evaluateNetwork(manifest, network, clips, cacheRoot)
}

/** A run on the clips that it held out, at temperature 1: where choices between runs are made. */
export async function evaluateRun(
  folder: string,
  corporaRoot: string,
  cacheRoot: string,
): Promise<{ protocol: string; metrics: Metrics }> {
  const { run, state } = loadRun(folder)
  const { name, test } = splitOf(run, corporaRoot)
  const network = { architecture: architectureOf(run), parameters: state.averaged }
  const judged = {
    labels: run.labels,
    prior: run.labels.map(() => 1 / run.labels.length),
    calibration: { temperature: 1 },
  }
  return { protocol: name, metrics: await evaluateNetwork(judged, network, test, cacheRoot) }
}

async function evaluateNetwork(
  judged: Judged,
  network: { readonly architecture: Architecture; readonly parameters: Parameters },
  clips: readonly Clip[],
  cacheRoot: string,
): Promise<Metrics> {
  const normaliseAndFit = createNormaliseAndFit()
  const outcomes: Outcome[] = []
  for (const clip of clips) {
    const windows = await clipMfccs(clip, cacheRoot)
    const logits =
      windows.length > 0
        ? floatLogits(network.architecture, network.parameters, windows, normaliseAndFit)
        : []
    const decisions = logits.map((row, i) => ({
      probabilities: softmax(row, judged.calibration.temperature),
      speechMs: windows[i]?.speechMs ?? 0,
    }))
    outcomes.push(outcomeOf(clip, decisions, judged))
  }
  return metricsOf(outcomes, judged.labels)
}

/**
 * Decisions that `affectd analyze --json` made.
 *
 * @throws {InputError} `EVALUATION_EVENTS` if a clip is not among them
 */
export function evaluateEvents(manifest: ModelManifest, clips: readonly Clip[], events: string): Metrics {
  const byFile = readEvents(events, manifest.labels)
  return metricsOf(
    clips.map((clip) => {
      const windows = byFile.get(clip.path)
      if (!windows) {
        throw new InputError(
          'EVALUATION_EVENTS',
          `no event is of ${clip.path}; analyze all of the clips that --list prints`,
        )
      }
      return outcomeOf(clip, windows, manifest)
    }),
    manifest.labels,
  )
}

/** A clip without speech is decided by the prior, so that none is left out of the figures. */
function outcomeOf(clip: Clip, windows: readonly WindowDecision[], manifest: Judged): Outcome {
  return {
    truth: manifest.labels.indexOf(clip.label as string),
    probabilities: windows.length > 0 ? clipProbabilities(windows) : manifest.prior,
  }
}

function softmax(logits: readonly number[], temperature: number): number[] {
  const out = new Float64Array(logits.length)
  softmaxInto(Float32Array.from(logits), temperature, out)
  return Array.from(out)
}
