import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { activePower } from '../../training/src/augment/mix-noise.js'
import { clipAudio } from '../../training/src/dataset/clip-audio.js'
import { variantAudio } from '../../training/src/dataset/variant-audio.js'
import { inNoise } from '../../training/src/evaluate/noise-conditions.js'
import { aClip } from '../support/corpus-clips.js'
import { fakeSpeech, type Signal, whiteNoise } from '../support/synthetic-audio.js'
import { wav16 } from '../capture/build-wav.js'

const SECONDS = 2

function clipOf(folder: string, name: string, signal: Signal, speaker: string): ReturnType<typeof aClip> {
  const path = join(folder, `${name}.wav`)
  writeFileSync(path, wav16(Float32Array.from({ length: SECONDS * 16_000 }, (_, i) => signal(i))))
  return aClip({ path, name, speaker })
}

t.test('noise lies as far below the speech as was asked for', async (t) => {
  const folder = t.testdir()
  const clip = clipOf(folder, 'speech', fakeSpeech(0.1), '1')
  const voices = ['2', '3'].map((speaker, i) =>
    clipOf(folder, speaker, fakeSpeech(0.05, 150 + 60 * i), speaker),
  )
  const rain = clipOf(folder, 'rain', whiteNoise(0.01), '')
  const material = { recordings: new Map([['rain', [rain.path]]]), voices }
  const clean = await clipAudio(clip.path)
  for (const kind of ['white', 'babble', 'heard', 'rain']) {
    for (const snrDb of [20, 5]) {
      const [heard] = inNoise([clip], { kind, snrDb }, material, 7)
      const { samples: noisy } = await variantAudio(clip.path, heard?.variant ?? t.fail('no clip'))
      const noise = noisy.map((x, i) => x - (clean[i] as number))
      const power = noise.reduce((sum, x) => sum + x * x, 0) / noise.length
      const reached = 10 * Math.log10(activePower(clean) / power)
      t.ok(Math.abs(reached - snrDb) < 0.3, `${kind} at ${snrDb} dB reaches ${reached.toFixed(2)}`)
    }
  }
})

t.test('a clip has the same noise at every level, whatever clips are beside it', async (t) => {
  const material = { recordings: new Map([['rain', ['/a.wav', '/b.wav', '/c.wav']]]), voices: [] }
  const clips = ['x', 'y', 'z'].map((name) => aClip({ name }))
  const at20 = inNoise(clips, { kind: 'rain', snrDb: 20 }, material, 1)
  const at0 = inNoise(clips.slice(1), { kind: 'rain', snrDb: 0 }, material, 1)
  t.same(at0[0]?.variant.noise, { ...at20[1]?.variant.noise, snrDb: 0 })
  t.not(at20[0]?.variant.noise?.seed, at20[1]?.variant.noise?.seed)
})

t.test('nobody babbles over themselves', async (t) => {
  const voices = Array.from({ length: 40 }, (_, i) =>
    aClip({ path: `/${i % 4}.wav`, speaker: String(i % 4) }),
  )
  for (const clip of voices) {
    const [heard] = inNoise([clip], { kind: 'babble', snrDb: 0 }, { recordings: new Map(), voices }, 3)
    t.notOk(heard?.variant.noise?.paths.includes(clip.path))
  }
  t.throws(
    () => inNoise([aClip()], { kind: 'babble', snrDb: 0 }, { recordings: new Map(), voices: [aClip()] }, 3),
    { code: 'USAGE_ARGUMENTS' },
  )
})

t.test('classes that networks may hear in training are parted from the others', async (t) => {
  const recordings = new Map([
    ['rain', ['/rain.wav']],
    ['rooster', ['/rooster.wav']],
  ])
  const pathOf = (kind: string): unknown =>
    inNoise([aClip()], { kind, snrDb: 5 }, { recordings, voices: [] }, 1)[0]?.variant.noise?.paths
  t.same(pathOf('heard'), ['/rain.wav'])
  t.same(pathOf('unheard'), ['/rooster.wav'])
  t.throws(() => pathOf('trumpet'), { code: 'USAGE_ARGUMENTS', message: /rain, rooster/ })
})
