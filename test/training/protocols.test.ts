import t from 'tap'
import fc from 'fast-check'
import { LABELS, type Clip } from '../../training/src/corpora/clip.js'
import { splitFingerprint } from '../../training/src/protocols/fingerprint.js'
import { loadProtocol } from '../../training/src/protocols/load-protocol.js'
import { protocolByName, PROTOCOLS, versionedName } from '../../training/src/protocols/protocol-by-name.js'
import { foldName, type Fold, type Protocol } from '../../training/src/protocols/protocol.js'
import { EMOBOX_TEST_ACTORS } from '../../training/src/protocols/ravdess-emobox6.js'
import { selectFold } from '../../training/src/protocols/select-fold.js'
import { createRandom } from '../../training/src/random.js'
import { aClip, clipsOfCorpus } from '../support/corpus-clips.js'
import { hasRavdess, layOutCorpora } from '../support/corpora.js'

const ALL = ['ravdess', 'emodb', 'tess', 'nemo', 'savee', 'cremad'].flatMap(clipsOfCorpus)

/** Of made-up clips (RAVDESS's are the published names): a split that changes must raise its version. */
const FINGERPRINTS: Readonly<Record<string, string>> = {
  'ravdess-emobox6@1': 'f03c648c73ced9d82b17ee3f9d1ad0932f95abb292738904785c9bba25657153',
  'ravdess-random5@1': '5b0b66b1254e01afe7e076e24814578798a2f0ccbac8af3f4658cc9a9fb7e3cb',
  'emodb-loso10@1': '69140700558136467acc6196736d9517b95be732c41b65c938848dff54b840af',
  'tess-loso2@1': 'ef54c9b3d5d968e7cbaa3c4233ca5693185a95ba1a68410da1c5998aa50ca747',
  'cremad@1': '9f8b2b000d45177bbed69c2847ffc8c2daf389101e853990aeb7e1317612c7c4',
  'cross-corpus@1': '38593e54b4d40126f8e9aae7e8252dd7d256d17088f563d0a5824538ec333e9c',
  'released@1': 'd84fc1d02f531b692801cd9069756caae7faf6c9b56a282848f6b01a73d7390c',
}

/** Of the published corpora; npm run corpora -- protocols prints their beginnings. */
const PUBLISHED_FINGERPRINTS: Readonly<Record<string, string>> = {
  'ravdess-emobox6@1': 'f03c648c73ced9d82b17ee3f9d1ad0932f95abb292738904785c9bba25657153',
  'ravdess-random5@1': '5b0b66b1254e01afe7e076e24814578798a2f0ccbac8af3f4658cc9a9fb7e3cb',
  'emodb-loso10@1': '61f3f1b8231bcfb243dff8c60c677738f4425bd38642697d462d91dc52900166',
  'tess-loso2@1': '987603add340b4adc5ce0a0b383b15a06acbb7c1e9951e270154abaafa704bf1',
  'cross-corpus@1': 'b28655f1ff3504384c2664373af080151db139ebdfea325d7bebca8a61df1bc1',
  'released@1': '111439c3d2cd2dcf2653ed4e1f784d1a7a6933fd896fb4bac390348a4b936c26',
}

function speakersOf(clips: readonly Clip[]): Set<string> {
  return new Set(clips.map(({ corpus, speaker }) => `${corpus}/${speaker}`))
}

function overlap<T>(left: Iterable<T>, right: Iterable<T>): T[] {
  const known = new Set(right)
  return [...left].filter((item) => known.has(item))
}

function usableClips(protocol: Protocol): Clip[] {
  const corpora = [...protocol.corpora, ...protocol.optionalCorpora]
  return ALL.filter((clip) => corpora.includes(clip.corpus) && protocol.labels.includes(clip.label))
}

for (const protocol of PROTOCOLS) {
  const folds = protocol.folds(ALL)

  t.test(`${protocol.name}: training and test share no clip, and no speaker if it says so`, async (t) => {
    t.same(
      folds.map(({ fold }) => fold),
      protocol.foldNames,
    )
    for (const fold of folds) {
      t.ok(fold.train.length > 0 && fold.test.length > 0, foldName(fold))
      t.same(overlap(fold.train, fold.test), [])
      const shared = overlap(speakersOf(fold.train), speakersOf(fold.test))
      if (protocol.speakerIndependent) t.same(shared, [])
      else t.ok(shared.length > 0, 'and if it does not, it is said for a reason')
      t.ok(fold.test.every((clip) => fold.labels.includes(clip.label)))
    }
  })

  t.test(`${protocol.name}: the inner split never sees the test clips, nor their speakers`, async (t) => {
    for (const fold of folds) {
      const inner = protocol.inner(fold)
      t.equal(inner.inner, true)
      t.ok(inner.train.length > inner.test.length && inner.test.length > 0, foldName(inner))
      t.same(overlap([...inner.train, ...inner.test], fold.test), [])
      t.same(overlap(inner.train, inner.test), [])
      t.same(
        overlap(fold.train, [...inner.train, ...inner.test]).length,
        inner.train.length + inner.test.length,
      )
      if (!protocol.speakerIndependent) continue
      t.same(overlap(speakersOf([...inner.train, ...inner.test]), speakersOf(fold.test)), [])
      // With one actress left there is nobody else to hold out.
      if (protocol.name !== 'tess-loso2') t.same(overlap(speakersOf(inner.train), speakersOf(inner.test)), [])
    }
  })

  t.test(
    `${protocol.name}: the split depends on neither the order of the clips nor their place`,
    async (t) => {
      const moved = createRandom(1).shuffle(
        ALL.map((clip) => ({ ...clip, path: `/elsewhere/${clip.name}.wav` })),
      )
      t.equal(splitFingerprint(protocol.folds(moved)), splitFingerprint(folds))
    },
  )

  t.test(`${versionedName(protocol)}: the split is the recorded one`, async (t) => {
    const both = [...folds, ...folds.map((fold) => protocol.inner(fold))]
    t.equal(splitFingerprint(both), FINGERPRINTS[versionedName(protocol)], 'else raise the version')
  })
}

for (const name of ['ravdess-emobox6', 'ravdess-random5', 'emodb-loso10', 'tess-loso2', 'cremad']) {
  t.test(`${name}: every clip is tested exactly once`, async (t) => {
    const protocol = protocolByName(name)
    const tested = protocol.folds(ALL).flatMap(({ test }) => test)
    t.equal(tested.length, usableClips(protocol).length)
    t.equal(new Set(tested).size, tested.length)
    for (const { train, test } of protocol.folds(ALL)) t.equal(train.length + test.length, tested.length)
  })
}

t.test("ravdess-emobox6: twenty actors against four, and the next fold's held out inside", async (t) => {
  t.equal(new Set(EMOBOX_TEST_ACTORS.flat()).size, 24)
  const protocol = protocolByName('ravdess-emobox6')
  const [first, , , , , sixth] = protocol.folds(ALL) as readonly Fold[]
  t.same(speakersOf(first!.test), new Set(['ravdess/1', 'ravdess/11', 'ravdess/20', 'ravdess/21']))
  t.equal(speakersOf(first!.train).size, 20)
  t.equal(speakersOf(protocol.inner(first!).train).size, 16)
  t.same(speakersOf(protocol.inner(sixth!).test), speakersOf(first!.test))
})

t.test(
  'ravdess-random5: each class is spread over the folds within one clip, and so are their sizes',
  async (t) => {
    const spread = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts)
    const folds = protocolByName('ravdess-random5').folds
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 40, max: 1439 }), fc.nat(), async (count, seed) => {
        const clips = createRandom(seed).shuffle(clipsOfCorpus('ravdess')).slice(0, count)
        const tests = folds(clips).map(({ test }) => test)
        t.ok(spread(tests.map((test) => test.length)) <= 1)
        for (const label of LABELS) {
          t.ok(spread(tests.map((test) => test.filter((clip) => clip.label === label).length)) <= 1, label)
        }
      }),
      { numRuns: 20 },
    )
  },
)

t.test('emodb-loso10: a woman and a man are held out inside', async (t) => {
  const protocol = protocolByName('emodb-loso10')
  for (const fold of protocol.folds(ALL)) {
    t.equal(speakersOf(fold.test).size, 1)
    const held = protocol.inner(fold).test
    t.equal(speakersOf(held).size, 2)
    t.same(new Set(held.map((clip) => clip.sex)), new Set(['female', 'male']))
  }
})

t.test('tess-loso2: the inner split holds out words, each in all of its classes', async (t) => {
  const protocol = protocolByName('tess-loso2')
  for (const fold of protocol.folds(ALL)) {
    const { train, test } = protocol.inner(fold)
    t.same(
      overlap(
        train.map((clip) => clip.text),
        test.map((clip) => clip.text),
      ),
      [],
    )
  }
})

t.test(
  'released: every speaker but six is trained on, a woman and a man of each corpus; TESS is not',
  async (t) => {
    const [fold] = protocolByName('released').folds(ALL)
    t.equal(speakersOf(fold!.train).size, 24 + 10 + 9 - 6)
    t.notOk(fold!.train.some((clip) => clip.corpus === 'tess'))
    for (const corpus of ['ravdess', 'emodb', 'nemo']) {
      for (const held of [fold!.test, protocolByName('released').inner(fold!).test]) {
        const sexes = new Map(held.filter((c) => c.corpus === corpus).map((c) => [c.speaker, c.sex]))
        t.same([...sexes.values()].sort(), ['female', 'male'], corpus)
      }
    }
    t.equal(fold!.test.filter((clip) => clip.corpus === 'tess').length, clipsOfCorpus('tess').length)
  },
)

t.test('cross-corpus: a fold is judged on the classes that both sides know', async (t) => {
  const folds = new Map(
    protocolByName('cross-corpus')
      .folds(ALL)
      .map((fold) => [fold.fold, fold]),
  )
  t.notOk(folds.get('ravdess')!.labels.includes('calm'), 'nobody else has calm')
  t.notOk(folds.get('emodb')!.labels.includes('bored'), 'nobody else has boredom')
  t.same(speakersOf(folds.get('cremad')!.train).size, 24 + 10 + 9)
  for (const { train } of folds.values()) {
    t.same(
      overlap(
        ['tess', 'savee', 'cremad'],
        train.map((clip) => clip.corpus),
      ),
      [],
    )
  }
  const without = protocolByName('cross-corpus').folds(ALL.filter((clip) => clip.corpus !== 'cremad'))
  t.notOk(
    without.some(({ fold }) => fold === 'cremad'),
    'an absent corpus is no fold',
  )
  t.same(
    without.find(({ fold }) => fold === 'savee'),
    folds.get('savee'),
    'and changes no other',
  )
})

t.test('a protocol that is unknown, or of another version, is refused with the choices', async (t) => {
  for (const name of ['toString', 'ravdess-emobox6@0', '']) {
    t.throws(() => protocolByName(name), { code: 'TRAINING_UNKNOWN_PROTOCOL', message: /ravdess-emobox6@1/ })
  }
  t.equal(protocolByName('emodb-loso10@1'), protocolByName('emodb-loso10'))
})

t.test('a fold that does not exist, or has no clips, is refused', async (t) => {
  const emobox = protocolByName('ravdess-emobox6')
  t.equal(foldName(selectFold(emobox, ALL, '2', true)), 'ravdess-emobox6@1/2/inner')
  t.throws(() => selectFold(emobox, ALL, '7', false), { code: 'TRAINING_BAD_FOLD', message: /1, 2, 3/ })
  t.throws(() => selectFold(emobox, ALL, null, false), { code: 'TRAINING_BAD_FOLD' })
  t.throws(() => selectFold(emobox, [aClip()], '1', false), { code: 'CORPUS_INCOMPLETE', message: /train/ })
  t.throws(() => selectFold(emobox, [aClip()], '2', false), { code: 'CORPUS_INCOMPLETE', message: /test/ })
  t.equal(
    selectFold(protocolByName('released'), ALL, null, false).fold,
    'released',
    'the only one needs no name',
  )
})

t.test('corpora that are absent or incomplete are named', async (t) => {
  const root = t.testdir({ ravdess: { '03-01-05-02-01-01-01.wav': '', '03-01-05-02-01-01-02.wav': '' } })
  const { clips, warnings } = loadProtocol(root, 'ravdess-emobox6')
  t.equal(clips.length, 2)
  t.match(warnings, [/ravdess has 2 clips of 1439/])
  t.throws(() => loadProtocol(root, 'released'), { code: 'CORPUS_NOT_FOUND', message: /emodb/ })
})

if (hasRavdess()) {
  t.test('the splits of the published corpora are the recorded ones', async (t) => {
    const root = t.testdir()
    layOutCorpora(root)
    for (const [name, fingerprint] of Object.entries(PUBLISHED_FINGERPRINTS)) {
      const { protocol, clips, warnings } = loadProtocol(root, name)
      const folds = protocol.folds(clips)
      t.equal(splitFingerprint([...folds, ...folds.map((fold) => protocol.inner(fold))]), fingerprint, name)
      t.same(
        warnings.filter((warning) => !warning.includes('absent')),
        [],
      )
    }
  })
}
