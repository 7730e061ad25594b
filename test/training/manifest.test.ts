import fc from 'fast-check'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { AffectdError } from '../../src/errors.js'
import { loadCorpus } from '../../training/src/corpora/load-corpus.js'
import { manifestClips } from '../../training/src/corpora/manifest.js'

t.test('a manifest names recordings relative to itself', async (t) => {
  const root = t.testdir()
  const file = join(root, 'mine.csv')
  writeFileSync(
    file,
    'path,label,speaker,corpus,sex\nclips/a.wav,bored,"Ada, L.",,female\n/elsewhere/b.wav,happy,Bob,other,\n',
  )
  t.match(loadCorpus('/nowhere', file), [
    {
      path: join(root, 'clips/a.wav'),
      corpus: 'mine',
      name: 'clips/a.wav',
      speaker: 'Ada, L.',
      sex: 'female',
    },
    { path: '/elsewhere/b.wav', corpus: 'other', speaker: 'Bob', sex: null, label: 'happy', intensity: null },
  ])
})

t.test('columns may stand in any order, and the last two are left out at will', async (t) => {
  t.match(manifestClips('Speaker, Label ,path\ns,sad,a.wav\n', '/x/m.csv'), [
    { path: '/x/a.wav', label: 'sad', speaker: 's', corpus: 'm', sex: null },
  ])
})

const REFUSED: readonly (readonly [why: string, text: string, message: RegExp])[] = [
  [
    'an unknown class',
    'path,label,speaker\na.wav,sad,s\nb.wav,cross,s\n',
    /line 3: label 'cross'.*neutral.*bored/,
  ],
  ['an unknown sex', 'path,label,speaker,sex\na.wav,sad,s,x\n', /line 2: sex 'x'.*female or male/],
  ['a cell too few', 'path,label,speaker\na.wav,sad\n', /line 2: 2 cells .* 3 columns/],
  ['an empty speaker', 'path,label,speaker\na.wav,sad, \n', /line 2: speaker is empty/],
  ['a missing column', 'path,label\na.wav,sad\n', /line 1.*speaker/],
  ['an unknown column', 'path,label,speaker,age\na.wav,sad,s,9\n', /line 1.*corpus, sex allowed/],
  ['a column twice', 'path,label,speaker,label\na.wav,sad,s,sad\n', /line 1.*each once/],
  ['nothing at all', '', /line 1/],
]

for (const [why, text, message] of REFUSED) {
  t.test(`a manifest with ${why} is refused, with the line and what is allowed`, async (t) => {
    t.throws(() => manifestClips(text, 'm.csv'), { code: 'CORPUS_MANIFEST', message })
  })
}

t.test('a manifest that is not there is an input that is missing', async (t) => {
  t.throws(() => loadCorpus('/nowhere', '/nowhere/mine.csv'), { code: 'CORPUS_NOT_FOUND' })
})

t.test('whatever stands in a manifest, only an AffectdError escapes', async () => {
  const cell = fc.oneof(fc.constantFrom('', 'path', 'label', 'speaker', 'sad', '"', '../x'), fc.string())
  const text = fc.array(fc.array(cell).map((cells) => cells.join(','))).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        text.map((rest) => `path,label,speaker\n${rest}`),
      ),
      (manifest) => {
        try {
          return manifestClips(manifest, 'm.csv').every((clip) => clip.speaker !== '')
        } catch (error) {
          return error instanceof AffectdError
        }
      },
    ),
    { numRuns: 1000 },
  )
})
