import t from 'tap'
import { LABELS, UNIFIED_LABELS } from '../../training/src/corpora/clip.js'
import { labelMask, labelsOf, labelsOfCorpora } from '../../training/src/corpora/label-mask.js'
import { CORPORA } from '../../training/src/corpora/load-corpus.js'
import { aClip, clipsOfCorpus } from '../support/corpus-clips.js'

t.test('the network has eight outputs, and boredom comes as a ninth', async (t) => {
  t.equal(LABELS.length, 8)
  t.same(UNIFIED_LABELS, [...LABELS, 'bored'])
})

t.test('of neutral clips a mask leaves out what the corpus does not tell from neutral', async (t) => {
  const mask = (corpus: string, outputs = LABELS): number[] => [
    ...labelMask('neutral', labelsOf(corpus) ?? [], outputs),
  ]
  t.same(mask('ravdess'), [1, 1, 1, 1, 1, 1, 1, 1])
  t.same(mask('emodb'), [1, 0, 1, 1, 1, 1, 1, 0], 'neither calm nor surprise')
  t.same(mask('emodb', UNIFIED_LABELS), [1, 0, 1, 1, 1, 1, 1, 0, 1])
  t.same(mask('nemo', UNIFIED_LABELS), [1, 0, 1, 1, 1, 1, 0, 1, 0])
})

t.test('a clip of any other class is none of the rest, whatever its corpus has', async (t) => {
  t.same([...labelMask('angry', labelsOf('nemo') ?? [], UNIFIED_LABELS)], new Array(9).fill(1))
})

t.test('every corpus keeps the order of the unified labels', async (t) => {
  for (const { name, labels } of CORPORA) {
    t.same(
      labels,
      UNIFIED_LABELS.filter((label) => labels.includes(label)),
      name,
    )
  }
})

t.test(
  "a manifest's corpus speaks about the classes that occur in it, a known one about its own",
  async (t) => {
    const mine = [aClip({ corpus: 'mine', label: 'sad' }), aClip({ corpus: 'mine', label: 'happy' })]
    const labels = labelsOfCorpora([...mine, ...clipsOfCorpus('emodb').slice(0, 1)])
    t.same(labels.get('mine'), ['happy', 'sad'])
    t.same(labels.get('emodb'), labelsOf('emodb'))
    t.equal(labelsOf('mine'), null)
  },
)
