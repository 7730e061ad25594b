import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { loadCorpus } from '../../training/src/corpora/load-corpus.js'
import { EMOBOX_TEST_ACTORS, ravdessEmobox6 } from '../../training/src/splits/ravdess-emobox6.js'

/** Empty files in a corpus's published layout: the loaders read names only. */
function corpus(root: string, names: readonly string[]): string {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), '')
  }
  return root
}

t.test("RAVDESS's names give class, actor and sex; its duplicate and other files are left out", async (t) => {
  const root = corpus(t.testdir(), [
    'ravdess/Actor_01/03-01-05-02-01-01-01.wav',
    'ravdess/Actor_24/03-01-08-01-02-02-24.wav',
    'ravdess/Actor_07/03-01-03-01-02-01-07.wav',
    'ravdess/Actor_07/03-01-03-01-02-02-07.wav',
    'ravdess/Actor_01/03-02-05-02-01-01-01.wav',
    'ravdess/Actor_01/notes.txt',
  ])
  t.same(
    loadCorpus(root, 'ravdess').map(({ speaker, sex, label }) => [speaker, sex, label]),
    [
      ['1', 'male', 'angry'],
      ['7', 'male', 'happy'],
      ['24', 'female', 'surprised'],
    ],
  )
})

t.test('EMO-DB: boredom has no label among the eight', async (t) => {
  const root = corpus(t.testdir(), ['emodb/wav/03a01Fa.wav', 'emodb/wav/13b09Lb.wav', 'emodb/wav/x.wav'])
  t.same(
    loadCorpus(root, 'emodb').map(({ speaker, sex, label, corpusLabel }) => [
      speaker,
      sex,
      label,
      corpusLabel,
    ]),
    [
      ['03', 'male', 'happy', 'happiness'],
      ['13', 'female', null, 'boredom'],
    ],
  )
})

t.test("TESS: the older actress's misnamed file is hers", async (t) => {
  const root = corpus(t.testdir(), [
    'tess/OA_bite_neutral.wav',
    'tess/YAF_back_ps.wav',
    'tess/YAF_x_other.wav',
  ])
  t.same(
    loadCorpus(root, 'tess').map(({ speaker, label }) => [speaker, label]),
    [
      ['OAF', 'neutral'],
      ['YAF', 'surprised'],
    ],
  )
})

t.test('nEMO: sex comes from its table', async (t) => {
  const root = corpus(t.testdir(), ['nemo/samples/WR0_surprised_64.wav', 'nemo/samples/EB0_anger_1.wav'])
  writeFileSync(
    join(root, 'nemo/data.tsv'),
    'file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage\n' +
      'WR0_surprised_64.wav\tsurprised\ta\ta\tWR0\tmale\t23\nEB0_anger_1.wav\tanger\tb\tb\tEB0\tfemale\t27\n',
  )
  t.same(
    loadCorpus(root, 'nemo').map(({ speaker, sex, label }) => [speaker, sex, label]),
    [
      ['EB0', 'female', 'angry'],
      ['WR0', 'male', 'surprised'],
    ],
  )
})

t.test('a missing corpus and an unknown one are told apart', async (t) => {
  t.throws(() => loadCorpus(t.testdir(), 'ravdess'), { code: 'CORPUS_NOT_FOUND' })
  t.throws(() => loadCorpus(t.testdir(), 'toString'), { code: 'CORPUS_UNKNOWN' })
})

t.test('the folds share no actor, between them or within one', async (t) => {
  t.equal(new Set(EMOBOX_TEST_ACTORS.flat()).size, 24)
  const clips = Array.from({ length: 24 }, (_, n) => ({
    path: '',
    corpus: 'ravdess',
    speaker: String(n + 1),
    sex: 'male' as const,
    label: 'happy' as const,
    corpusLabel: 'happy',
  }))
  const speakersOf = (list: readonly { speaker: string }[]): string[] => list.map((c) => c.speaker)
  for (let fold = 1; fold <= 6; fold++) {
    const { train, test } = ravdessEmobox6(clips, fold, false)
    t.equal(train.length, 20)
    t.equal(test.length, 4)
    t.notOk(speakersOf(train).some((s) => speakersOf(test).includes(s)))
    const inner = ravdessEmobox6(clips, fold, true)
    t.equal(inner.train.length, 16)
    t.notOk(speakersOf([...inner.train, ...inner.test]).some((s) => speakersOf(test).includes(s)))
  }
  t.throws(() => ravdessEmobox6(clips, 7, false), { code: 'TRAINING_BAD_FOLD' })
})
