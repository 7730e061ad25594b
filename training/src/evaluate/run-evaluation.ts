import { AS_RECORDED } from '../augment/variant.js'
import type { Clip } from '../corpora/clip.js'
import { unitsOf, type EvaluationUnit, type HeardClip, type WarmPolicy } from './evaluation-unit.js'
import type { FoldVerdicts } from './figures.js'
import { judgeUnits } from './judge-units.js'
import { inNoise, NOISE_SNRS_DB, type NoiseMaterial } from './noise-conditions.js'
import { noiseReport, type NoiseReport } from './noise-report.js'
import type { Verdict } from './verdict.js'
import { warmFigures, type WarmReport } from './warm-report.js'
import { warmPlans } from './warm-plan.js'

/** A fold's model and the clips that it must not have seen. */
export interface FoldModel {
  readonly fold: string
  /** Folder. */
  readonly artefact: string
  readonly floatWeights: string | null
  readonly clips: readonly Clip[]
}

/** How an evaluation is done; none of it changes a figure. */
export interface Workshop {
  readonly jobs: number
  readonly cache: string
  readonly onProgress: (what: string, done: number, total: number) => void
}

/** Each fold's clips as recorded, by the form asked for. */
export async function judgeFolds(
  folds: readonly FoldModel[],
  form: EvaluationUnit['form'],
  workshop: Workshop,
): Promise<FoldVerdicts[]> {
  const units = folds.map((fold) => unitsOf(asRecorded(fold.clips), likeOf(fold, form, workshop)))
  const verdicts = await judgeGroups(units, form, workshop)
  return foldVerdicts(folds, verdicts)
}

/** Each fold's clips with each kind of noise at each SNR. */
export async function judgeInNoise(
  folds: readonly FoldModel[],
  clean: readonly FoldVerdicts[],
  labels: readonly string[],
  noise: { readonly kinds: readonly string[]; readonly seed: number; readonly material: NoiseMaterial },
  workshop: Workshop,
): Promise<NoiseReport> {
  const conditions = noise.kinds.flatMap((kind) => NOISE_SNRS_DB.map((snrDb) => ({ kind, snrDb })))
  const units = conditions.flatMap((condition) =>
    folds.map((fold) =>
      unitsOf(inNoise(fold.clips, condition, noise.material, noise.seed), likeOf(fold, 'int8', workshop)),
    ),
  )
  const verdicts = await judgeGroups(units, 'noise', workshop)
  const noisy = conditions.map((condition, c) => ({
    ...condition,
    folds: foldVerdicts(folds, verdicts.slice(c * folds.length, (c + 1) * folds.length)),
  }))
  return noiseReport(clean, noisy, labels, noise.seed)
}

/** Each speaker's clips after some others of theirs, by both policies, beside the same clips cold. */
export async function judgeWarm(
  folds: readonly FoldModel[],
  clean: readonly FoldVerdicts[],
  labels: readonly string[],
  { clipsHeard, seeds }: { readonly clipsHeard: number; readonly seeds: readonly number[] },
  workshop: Workshop,
): Promise<WarmReport> {
  const plans = seeds.map((seed) => folds.map(({ clips }) => warmPlans(clips, clipsHeard, seed)))
  const cold = plans.map((ofFolds) =>
    clean.map(({ fold, verdicts }, f) => {
      const scored = new Set(ofFolds[f]?.flatMap((plan) => plan.scored.map(nameOf)))
      return { fold, verdicts: verdicts.filter((verdict) => scored.has(nameOf(verdict))) }
    }),
  )
  const warm = async (policy: WarmPolicy): Promise<FoldVerdicts[][]> => {
    // A speaker is one unit: what was learnt of one does not pass to another.
    const units = plans.flatMap((ofFolds) =>
      folds.map((fold, f) =>
        (ofFolds[f] ?? []).map(({ warmUp, scored }) => ({
          ...likeOf(fold, 'int8', workshop),
          clips: asRecorded(scored),
          warmUp: { policy, clips: warmUp },
        })),
      ),
    )
    const verdicts = await judgeGroups(units, `warm, ${policy}`, workshop)
    return seeds.map((_, s) => foldVerdicts(folds, verdicts.slice(s * folds.length, (s + 1) * folds.length)))
  }
  return {
    clipsHeard,
    seeds,
    cold: warmFigures(cold, labels),
    policies: {
      neutral: warmFigures(await warm('neutral'), labels),
      all: warmFigures(await warm('all'), labels),
    },
  }
}

/** Verdicts of each group of units, in the groups' order. */
async function judgeGroups(
  groups: readonly (readonly EvaluationUnit[])[],
  what: string,
  { jobs, onProgress }: Workshop,
): Promise<Verdict[][]> {
  const verdicts = await judgeUnits(groups.flat(), jobs, (done, total) => {
    onProgress(what, done, total)
  })
  let at = 0
  return groups.map((units) => verdicts.slice(at, (at += units.length)).flat())
}

function foldVerdicts(
  folds: readonly FoldModel[],
  verdicts: readonly (readonly Verdict[])[],
): FoldVerdicts[] {
  return folds.map(({ fold }, f) => ({ fold, verdicts: verdicts[f] ?? [] }))
}

function likeOf(
  { artefact, floatWeights }: FoldModel,
  form: EvaluationUnit['form'],
  { cache }: Workshop,
): Omit<EvaluationUnit, 'clips'> {
  return { form, artefact, floatWeights, cache, warmUp: null }
}

function asRecorded(clips: readonly Clip[]): HeardClip[] {
  return clips.map((clip) => ({ clip, variant: AS_RECORDED }))
}

function nameOf({ corpus, name }: { readonly corpus: string; readonly name: string }): string {
  return `${corpus}/${name}`
}
