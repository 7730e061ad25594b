import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { loadCorpus } from '../../training/src/corpora/load-corpus.js'

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

t.test('EMO-DB: boredom is the ninth label', async (t) => {
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
      ['13', 'female', 'bored', 'boredom'],
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
