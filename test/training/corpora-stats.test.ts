import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { classesSvg } from '../../training/src/corpora/classes-svg.js'
import { contentHash } from '../../training/src/corpora/content-hash.js'
import { corpusStats } from '../../training/src/corpora/corpus-stats.js'
import { findDuplicates } from '../../training/src/corpora/duplicates.js'
import { hearClips } from '../../training/src/corpora/hear-clips.js'
import { corpusAt, loadCorpus } from '../../training/src/corpora/load-corpus.js'
import { statsTable } from '../../training/src/corpora/stats-table.js'
import { tone, wav16 } from '../capture/build-wav.js'
import { aClip } from '../support/corpus-clips.js'
import { decodeRavdess, hasRavdess } from '../support/corpora.js'

const SILENT = (): void => undefined
const WAV = wav16(tone(440, 16_000, 1600))

t.test('silence at the ends makes no other recording, a single sample does', async (t) => {
  const sound = Float32Array.of(0.25, 0, -0.5, 0.125)
  const padded = Float32Array.of(0, 0, ...sound, 0)
  t.equal(contentHash(padded), contentHash(sound))
  t.not(contentHash(Float32Array.of(0.25, 0, -0.5, 0.126)), contentHash(sound))
  t.equal(contentHash(new Float32Array(3)), contentHash(new Float32Array(0)))
})

t.test('clips with the same recording are found, whatever they are called', async (t) => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => aClip({ name }))
  const hashes = ['x', 'y', 'x', 'x']
  const heard = [a, b, c, d].map((clip, i) => ({ clip: clip!, durationS: 1, hash: hashes[i]! }))
  t.same(findDuplicates(heard), [[a, c, d]])
})

t.test('a corpus in figures: clips, hours, classes, speakers by sex, lengths', async (t) => {
  const clips = [
    aClip({ speaker: 'f', sex: 'female', label: 'sad' }),
    aClip({ speaker: 'f', sex: 'female', label: 'bored' }),
    aClip({ speaker: 'm', sex: 'male', label: 'sad' }),
    aClip({ speaker: 'x', sex: null, label: 'sad' }),
  ]
  const lengths = [900, 1800, 3600, 900]
  const heard = clips.map((clip, i) => ({ clip, durationS: lengths[i]!, hash: '' }))
  t.same(corpusStats(heard), {
    clips: 4,
    hours: 2,
    classes: { sad: 3, bored: 1 },
    speakers: { female: 1, male: 1, unknown: 1 },
    durationS: { min: 900, median: 1800, max: 3600 },
  })
})

t.test('the report names an absent corpus, and escapes what a manifest is called', async (t) => {
  const folder = t.testdir()
  const file = join(folder, '<mine>.csv')
  for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.wav`), WAV)
  writeFileSync(file, 'path,label,speaker\na.wav,sad,s\nb.wav,bored,s\n')
  const mine = corpusAt(folder, file)
  const heard = await hearClips(mine.load(), SILENT)
  const reports = [
    { corpus: mine, stats: corpusStats(heard) },
    { corpus: corpusAt(folder, 'savee'), stats: null },
  ]
  const table = statsTable(reports, findDuplicates(heard))
  t.match(table, /SAVEE \| English \| absent/)
  t.match(table, /- <mine>\/a\.wav = <mine>\/b\.wav\n/)
  const picture = classesSvg(reports)
  t.match(picture, /&lt;mine&gt;\.csv/)
  t.notMatch(picture, /<mine>/)
  t.notMatch(picture, /NaN|undefined/)
})

if (hasRavdess()) {
  t.test("RAVDESS's one repeated recording is found, and the loader leaves it out", async (t) => {
    const root = t.testdir()
    decodeRavdess(root, [7])
    const everything = corpusAt(root, 'ravdess').load()
    t.equal(everything.length, 60)
    const duplicates = findDuplicates(await hearClips(everything, SILENT))
    t.same(
      duplicates.map((clips) => clips.map(({ name }) => name)),
      [['03-01-03-01-02-01-07', '03-01-03-01-02-02-07']],
    )
    const kept = loadCorpus(root, 'ravdess')
    t.equal(kept.length, 59)
    t.notOk(kept.some(({ name }) => name === '03-01-03-01-02-02-07'))
  })
}
