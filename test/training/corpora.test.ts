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

t.test('nEMO: sex and text come from its table, whose speakers are padded with spaces', async (t) => {
  const root = corpus(t.testdir(), ['nemo/samples/WR0_surprised_64.wav', 'nemo/samples/EB0_anger_1.wav'])
  writeFileSync(
    join(root, 'nemo/data.tsv'),
    'file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage\n' +
      'WR0_surprised_64.wav\tsurprised\tA.\ta\t        WR0\tmale\t23\nEB0_anger_1.wav\tanger\tB.\tb\t        EB0\tfemale\t27\n',
  )
  t.same(
    loadCorpus(root, 'nemo').map(({ speaker, sex, label, text }) => [speaker, sex, label, text]),
    [
      ['EB0', 'female', 'angry', 'b'],
      ['WR0', 'male', 'surprised', 'a'],
    ],
  )
})

t.test('a missing corpus and an unknown one are told apart', async (t) => {
  t.throws(() => loadCorpus(t.testdir(), 'ravdess'), { code: 'CORPUS_NOT_FOUND' })
  t.throws(() => loadCorpus(t.testdir(), 'toString'), { code: 'CORPUS_UNKNOWN' })
})

t.test('clips say what the corpora publish of them: intensity, text, and a name that stays', async (t) => {
  const root = corpus(t.testdir(), [
    'ravdess/Actor_01/03-01-05-02-01-01-01.wav',
    'emodb/wav/03a01Fa.wav',
    'tess/YAF_back_ps.wav',
  ])
  const of = (name: string): unknown =>
    loadCorpus(root, name).map((clip) => [clip.name, clip.intensity, clip.text])
  t.same(of('ravdess'), [['03-01-05-02-01-01-01', 'strong', '01']])
  t.same(of('emodb'), [['03a01Fa', null, 'a01']])
  t.same(of('tess'), [['YAF_back_ps', null, 'back']])
})

t.test('SAVEE: four men, the class from the letters of the name', async (t) => {
  const root = corpus(t.testdir(), [
    'savee/DC_a01.wav',
    'savee/JE_sa15.wav',
    'savee/JK_su02.wav',
    'savee/KL_n30.wav',
    'savee/KL_s01.wav',
    'savee/XX_a01.wav',
  ])
  t.same(
    loadCorpus(root, 'savee').map(({ speaker, sex, label, text }) => [speaker, sex, label, text]),
    [
      ['DC', 'male', 'angry', 'a01'],
      ['JE', 'male', 'sad', 'sa15'],
      ['JK', 'male', 'surprised', 'su02'],
      ['KL', 'male', 'neutral', 'n30'],
    ],
  )
})

t.test('CREMA-D: actor, sentence, emotion and level; sex where its table is at hand', async (t) => {
  const root = corpus(t.testdir(), [
    'cremad/AudioWAV/1001_DFA_ANG_XX.wav',
    'cremad/AudioWAV/1002_IEO_SAD_HI.wav',
    'cremad/AudioWAV/1091_WSI_FEA_MD.wav',
    'cremad/AudioWAV/1091_WSI_CALM_MD.wav',
  ])
  const clips = (): unknown =>
    loadCorpus(root, 'cremad').map(({ speaker, sex, label, intensity, text }) => [
      speaker,
      sex,
      label,
      intensity,
      text,
    ])
  t.same(clips(), [
    ['1001', null, 'angry', null, 'DFA'],
    ['1002', null, 'sad', 'high', 'IEO'],
    ['1091', null, 'fearful', 'medium', 'WSI'],
  ])
  writeFileSync(
    join(root, 'cremad/VideoDemographics.csv'),
    'ActorID,Age,Sex,Race,Ethnicity\n1001,51,Male,Caucasian,Not Hispanic\n1002,21,Female,Caucasian,Not Hispanic\n',
  )
  t.same(clips(), [
    ['1001', 'male', 'angry', null, 'DFA'],
    ['1002', 'female', 'sad', 'high', 'IEO'],
    ['1091', null, 'fearful', 'medium', 'WSI'],
  ])
})
