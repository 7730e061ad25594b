import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Clip } from '../../training/src/corpora/clip.js'
import { foldModels } from '../../training/src/evaluate/fold-models.js'
import {
  judgeFolds,
  judgeInNoise,
  judgeWarm,
  type FoldModel,
  type Workshop,
} from '../../training/src/evaluate/run-evaluation.js'
import { wav16 } from '../capture/build-wav.js'
import { aClip } from '../support/corpus-clips.js'
import { fakeSpeech, sequence, silence } from '../support/synthetic-audio.js'
import { TINY_LABELS, writeTinyModel } from '../support/tiny-model.js'

const SECONDS = 1.3

/** Two speakers, a few words each, of all kinds. */
function spokenClips(folder: string, count: number): Clip[] {
  return Array.from({ length: count }, (_, i) => {
    const speech = sequence([silence, 0.2], [fakeSpeech(0.3, 110 + 17 * i), SECONDS - 0.4], [silence, 0.2])
    const path = join(folder, `clip${i}.wav`)
    writeFileSync(path, wav16(Float32Array.from({ length: SECONDS * 16_000 }, (_, n) => speech(n))))
    return aClip({ path, name: `clip${i}`, speaker: String(i % 2), label: i % 4 < 2 ? 'angry' : 'sad' })
  })
}

function workshop(folder: string, jobs: number): Workshop {
  return { jobs, cache: join(folder, 'cache'), onProgress: () => undefined }
}

function oneFold(folder: string, clips: readonly Clip[]): FoldModel[] {
  return [{ fold: '1', artefact: writeTinyModel(folder), floatWeights: null, clips }]
}

t.test('several processes judge as one does', async (t) => {
  const folder = t.testdir()
  const folds = oneFold(folder, spokenClips(folder, 18))
  const alone = await judgeFolds(folds, 'int8', workshop(folder, 1))
  t.equal(alone[0]?.verdicts.length, 18)
  t.same(await judgeFolds(folds, 'int8', workshop(folder, 2)), alone)
})

t.test('warm and cold are told of the same clips, and never of those heard before', async (t) => {
  const folder = t.testdir()
  const clips = spokenClips(folder, 8)
  const folds = oneFold(folder, clips)
  const cold = await judgeFolds(folds, 'int8', workshop(folder, 1))
  const judgedPaths: number[] = []
  const warm = await judgeWarm(
    folds,
    cold,
    TINY_LABELS,
    { clipsHeard: 2, seeds: [1, 2] },
    { ...workshop(folder, 1), onProgress: (_, __, total) => judgedPaths.push(total) },
  )
  t.equal(warm.clipsHeard, 2)
  // Two seeds, two speakers, 4 − 2 clips each.
  t.equal(judgedPaths[0], 8)
  t.ok(warm.cold.ua.mean >= 0 && warm.policies.all.ua.mean <= 1)
})

t.test('noise that drowns everything is judged all the same', async (t) => {
  const folder = t.testdir()
  const clips = spokenClips(folder, 2)
  const folds = oneFold(folder, clips)
  const clean = await judgeFolds(folds, 'int8', workshop(folder, 1))
  const noise = { kinds: ['white'], seed: 1, material: { recordings: new Map(), voices: clips } }
  const report = await judgeInNoise(folds, clean, TINY_LABELS, noise, workshop(folder, 1))
  t.same(
    report.conditions.map(({ kind, snrDb }) => `${kind} ${snrDb}`),
    ['white 20', 'white 10', 'white 5', 'white 0'],
  )
  const at10 = report.conditions[1]?.ua.mean ?? NaN
  t.equal(report.uaLostAt10Db, report.clean.ua.mean - at10)
})

t.test('a fold without a model is named', async (t) => {
  const folder = t.testdir()
  t.throws(() => foldModels(folder, [{ fold: '3', test: [] }]), {
    code: 'EVALUATION_NO_ARTEFACT',
    message: /fold-3/,
  })
})
