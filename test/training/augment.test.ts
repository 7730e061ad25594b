import t from 'tap'
import { addNoise, activePower, mixVoices } from '../../training/src/augment/mix-noise.js'
import { neutralBySpeaker, pasteNeutral } from '../../training/src/augment/copy-paste.js'
import { reverberate, velvetEchoes } from '../../training/src/augment/reverberate.js'
import { AS_RECORDED } from '../../training/src/augment/variant.js'
import { VARIANT_DEFAULTS, variantsOf, type NoiseSources } from '../../training/src/augment/variant-plan.js'
import type { Clip } from '../../training/src/corpora/clip.js'
import { createRandom } from '../../training/src/random.js'
import type { Example } from '../../training/src/train/example.js'
import { FRAME_SAMPLES } from '../../src/units.js'
import { fakeSpeech } from '../support/synthetic-audio.js'

const clips = Array.from({ length: 60 }, (_, n): Clip => ({
  path: `/made/${n}.wav`,
  corpus: 'made',
  name: `${n}`,
  speaker: `${n % 6}`,
  sex: null,
  label: 'neutral',
  corpusLabel: 'neutral',
  intensity: null,
  text: null,
}))
const plan = {
  ...VARIANT_DEFAULTS,
  count: 12,
  noisyShare: 0.7,
  reverberantShare: 0.5,
  gainDb: [-10, 6] as const,
  leadMs: [0, 200] as const,
}
const isTraining = (clip: Clip): boolean => clip.speaker !== '0' && clip.speaker !== '1'
const sources: NoiseSources = {
  voices: clips.filter(isTraining),
  universe: clips,
  recordings: ['/made/rain.wav'],
}

t.test('variants are the same for the same seed, and the first is the clip as recorded', async (t) => {
  const clip = clips[4] as Clip
  const variants = variantsOf(clip, plan, sources, 7)
  t.same(variantsOf(clip, plan, { ...sources }, 7), variants)
  t.notSame(variantsOf(clip, plan, sources, 8), variants)
  t.equal(variants.length, 12)
  t.same(variants[0], AS_RECORDED)
  t.same(
    variants.slice(1, 6).map(({ speed }) => speed),
    plan.speeds,
  )
})

t.test('babble is of other speakers of the training side alone, and SNRs keep to their bounds', async (t) => {
  const training = clips.filter(isTraining)
  let babbles = 0
  for (const clip of training) {
    for (const { noise } of variantsOf(clip, plan, sources, 1)) {
      if (!noise) continue
      if (noise.snrDb < 5 || noise.snrDb > 25) t.fail(`SNR ${noise.snrDb}`)
      if (noise.kind !== 'babble') continue
      babbles++
      for (const path of noise.paths) {
        const voice = clips.find((other) => other.path === path) as Clip
        if (!isTraining(voice) || voice.speaker === clip.speaker)
          t.fail(`${path} is heard behind ${clip.path}`)
      }
    }
  }
  t.ok(babbles > 20)
})

t.test('folds that differ in a speaker share most of their variants', async (t) => {
  const other = { ...sources, voices: clips.filter((clip) => clip.speaker !== '0' && clip.speaker !== '2') }
  const text = (s: NoiseSources): string[] =>
    clips
      .filter((c) => c.speaker > '2')
      .flatMap((c) => variantsOf(c, plan, s, 1).map((v) => JSON.stringify(v)))
  const [a, b] = [text(sources), text(other)]
  const shared = a.filter((variant, n) => variant === b[n]).length / a.length
  t.ok(shared > 0.75, `${shared}`)
})

t.test('noise is mixed at its SNR over the active level', async (t) => {
  const speech = Float32Array.from({ length: 100 * FRAME_SAMPLES }, (_, i) =>
    i > 16_000 ? Math.sin(i / 9) : 0,
  )
  t.ok(Math.abs(activePower(speech) - 0.5) < 0.01, 'silence does not count')
  const random = createRandom(2)
  const noise = Float32Array.from(speech, () => random.normal())
  const mixed = speech.slice()
  addNoise(mixed, activePower(speech), noise, 10)
  const added = mixed.map((x, i) => x - (speech[i] as number))
  const power = added.reduce((sum, x) => sum + x * x, 0) / added.length
  t.ok(Math.abs(10 * Math.log10(0.5 / power) - 10) < 0.2)
})

t.test('every voice of babble is as loud', async (t) => {
  const quiet = Float32Array.from({ length: 16_000 }, (_, i) => 0.01 * Math.sin(i / 5))
  const loud = Float32Array.from({ length: 16_000 }, (_, i) => 0.9 * Math.sin(i / 11))
  const mixed = mixVoices([quiet, loud], 16_000, createRandom(1))
  const power = mixed.reduce((sum, x) => sum + x * x, 0) / mixed.length
  t.ok(Math.abs(power - 2) < 0.2, `${power}`)
})

t.test('a room rings for its time and leaves the level alone', async (t) => {
  const echoes = velvetEchoes(0.4, 3)
  t.ok(Math.abs(echoes.length / 0.4 - 2000) < 60)
  const late = echoes.filter(({ delay }) => delay > 0.39 * 16_000)
  t.ok(
    late.every(({ gain }) => Math.abs(gain) < 0.0015),
    'down by 60 dB at the end',
  )
  const dry = Float32Array.from({ length: 16_000 }, (_, i) => fakeSpeech()(i))
  const wet = reverberate(dry, { rt60S: 0.4, directDb: 3, seed: 3 })
  const energy = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0)
  t.ok(Math.abs(energy(wet) / energy(dry) - 1) < 1e-3)
  const again = reverberate(dry, { rt60S: 0.4, directDb: 3, seed: 3 })
  t.ok(again.every((x, i) => x === wet[i]))
  t.notOk(wet.every((x, i) => x === dry[i]))
})

t.test(
  "CopyPaste joins the window with the same speaker's neutral speech within the network's frames",
  async (t) => {
    const made = (label: number, speaker: string, value: number): Example => ({
      label,
      speaker,
      variants: [[{ mfcc: new Float32Array(100 * 2).fill(value), frames: 100 }]],
      mask: Float32Array.of(1, 1),
      corpus: 'made',
      sex: null,
      intensity: null,
    })
    const angry = made(1, 'made/1', 5)
    const examples = [angry, made(0, 'made/1', 1), made(0, 'made/2', 2), made(1, 'made/3', 3)]
    const neutral = neutralBySpeaker(examples, 0)
    const window = angry.variants[0]?.[0]
    if (!window) throw new Error('no window')
    for (let seed = 0; seed < 20; seed++) {
      const pasted = pasteNeutral(window, angry, neutral, 2, 148, createRandom(seed))
      t.ok(pasted.frames > 100 && pasted.frames <= 148)
      t.equal(pasted.mfcc.length, pasted.frames * 2)
      const values = new Set(pasted.mfcc)
      t.same([...values].sort(), [1, 5], 'the own neutral voice and nobody else')
      t.ok(pasted.mfcc.filter((v) => v === 5).length >= 2 * 74, 'at least half is the feeling')
    }
    const alone = examples[3] as Example
    t.equal(pasteNeutral(window, alone, neutral, 2, 148, createRandom(1)), window)
  },
)
