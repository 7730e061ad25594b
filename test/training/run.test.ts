import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { LABELS } from '../../training/src/corpora/clip.js'
import { RECIPE_DEFAULTS } from '../../training/src/train/recipe.js'
import { splitOf, type RunDescription } from '../../training/src/train/run.js'

const RUN: RunDescription = {
  architecture: 'cnn',
  protocol: 'ravdess-emobox6@1',
  fold: '1',
  inner: false,
  extraCorpora: [],
  labels: LABELS,
  teachers: [],
  init: null,
  trainedLayers: null,
  recipe: RECIPE_DEFAULTS,
  seed: 1,
  featureParamsHash: '',
}

/** One clip of each class of two actors of RAVDESS, of EMO-DB's speakers 03, 08 and 09, and of TESS. */
function corpora(root: string): string {
  const names = [
    ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((emotion) =>
      ['01', '02'].map((actor) => `ravdess/03-01-0${emotion}-01-01-01-${actor}.wav`),
    ),
    ...['03', '08', '09'].flatMap((speaker) =>
      ['F', 'L', 'N'].map((c) => `emodb/wav/${speaker}a01${c}a.wav`),
    ),
    'tess/OAF_back_ps.wav',
  ]
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), '')
  }
  return root
}

t.test("a run's split is its protocol's fold, or everything that the protocol trains on", async (t) => {
  const root = corpora(t.testdir())
  const speakers = (clips: readonly { speaker: string }[]): string[] => [
    ...new Set(clips.map((c) => c.speaker)),
  ]
  const { name, train, test } = splitOf(RUN, root)
  t.equal(name, 'ravdess-emobox6@1/1')
  t.same([speakers(train), speakers(test)], [['2'], ['1']])
  const all = splitOf({ ...RUN, fold: null }, root)
  t.equal(all.name, 'ravdess-emobox6@1/all')
  t.same([all.train.length, all.test.length], [16, 0])
})

t.test('test clips that the network has no output for are left out, and it is said', async (t) => {
  const root = corpora(t.testdir())
  const { train, test, warnings } = splitOf({ ...RUN, protocol: 'emodb-loso10@1', fold: '03' }, root)
  t.same([train.length, test.length], [4, 2])
  t.match(warnings.at(-1), /^1 test clips .* left out/)
})

t.test("extra corpora are trained on whole, but never the protocol's own", async (t) => {
  const root = corpora(t.testdir())
  const { train } = splitOf({ ...RUN, extraCorpora: ['emodb'] }, root)
  t.equal(train.filter((clip) => clip.corpus === 'emodb').length, 6)
  t.throws(() => splitOf({ ...RUN, extraCorpora: ['ravdess'] }, root), { code: 'TRAINING_EXTRA_CORPUS' })
})
