import t from 'tap'
import { pitchTrack } from '../../src/features/pitch-track.js'
import { semitones } from '../../src/features/semitones.js'
import { statistics } from '../../src/features/statistics.js'
import { DEFAULT_FATIGUE_PARAMS } from '../../src/affect/fatigue/fatigue-params.js'
import { UNMODIFIED } from '../../training/src/fatigue/dose.js'
import { doseRows, falseAlarms } from '../../training/src/fatigue/fatigue-figures.js'
import { flattenPitch } from '../../training/src/fatigue/flatten-pitch.js'
import type { MeasuredSpeaker } from '../../training/src/fatigue/measure-speaker.js'
import { sessionAudio } from '../../training/src/fatigue/session-audio.js'
import { stretchTime } from '../../training/src/fatigue/stretch-time.js'
import { pitchErrors } from '../../training/src/fatigue/synthetic-pitch.js'
import { tuneCusum } from '../../training/src/fatigue/tune-cusum.js'
import { createRandom } from '../../training/src/random.js'
import { block, sessions, TIRED } from '../affect/fatigue/blocks.js'

/** A voice that glides about 150 Hz by so many semitones either way, for a second. */
function melody(reachSt: number): Float32Array {
  let phase = 0
  return Float32Array.from({ length: 16_000 }, (_, i) => {
    phase += (2 * Math.PI * 150 * 2 ** ((reachSt / 12) * Math.sin((2 * Math.PI * i) / 16_000))) / 16_000
    let x = 0
    for (let n = 1; n <= 8; n++) x += (0.2 / n) * Math.cos(n * phase)
    return x
  })
}

function voiced(samples: Float32Array): { median: number; spread: number } {
  const { p20, p50, p80 } = statistics(pitchTrack(samples).f0Hz.filter((hz) => hz > 0))
  return { median: semitones(p50), spread: semitones(p80) - semitones(p20) }
}

t.test('a stretched voice is longer by what was asked for, with the same pitch', async (t) => {
  const speech = melody(3)
  for (const tempo of [0.7, 0.9, 1]) {
    const slow = stretchTime(speech, tempo)
    t.ok(Math.abs(slow.length - speech.length / tempo) <= 1)
    const [was, is] = [voiced(speech), voiced(slow)]
    t.ok(Math.abs(is.median - was.median) < 0.5 && Math.abs(is.spread - was.spread) < 1, `${tempo}`)
  }
})

t.test('a flattened voice has less melody about the same pitch, and is as long', async (t) => {
  const speech = melody(3)
  const was = voiced(speech)
  for (const flatness of [0.4, 0.75]) {
    const flat = flattenPitch(speech, flatness)
    t.equal(flat.length, speech.length)
    const is = voiced(flat)
    t.ok(Math.abs(is.median - was.median) < 0.4)
    t.ok(Math.abs(is.spread / was.spread - (1 - flatness)) < 0.15, `${is.spread / was.spread}`)
  }
})

t.test('a session has every phrase before any comes again, and longer pauses under a dose', async (t) => {
  const clips = [1, 2, 3].map((n) => new Float32Array(1600 * n).fill(0.5))
  const lengths = (pauses: number): number[] => {
    const audio = sessionAudio({ clips }, { ...UNMODIFIED, pauses }, createRandom(1))
    return Array.from({ length: 6 }, () => {
      const piece = audio.next().value as Float32Array
      t.equal(piece.length % 320, 0)
      return piece.filter((x) => x > 0.4).length
    })
  }
  const order = lengths(1)
  t.same([...order.slice(0, 3)].sort(), [1600, 3200, 4800])
  t.same([...order.slice(3)].sort(), [1600, 3200, 4800])
  const total = (pauses: number): number => {
    const audio = sessionAudio({ clips }, { ...UNMODIFIED, pauses }, createRandom(1))
    return (audio.next().value as Float32Array).length
  }
  t.ok(total(3) > total(1))
})

t.test('pitch errors: gross beyond a fifth, cents of the others', async (t) => {
  const errors = pitchErrors('x', [
    [100, 100],
    [200, 100],
    [0, 100],
    [100, 0],
    [101, 100],
  ])
  t.match(errors, { frames: 3, voicedShare: 0.75 })
  t.ok(Math.abs(errors.grossErrorRate - 1 / 3) < 1e-9)
  t.ok(Math.abs(errors.medianCents - 8.6) < 0.2)
})

t.test(
  'a dose that moves the cues is found, unmodified speech is not, and the trigger is chosen so',
  async (t) => {
    const all = sessions()
    const speaker: MeasuredSpeaker = {
      corpus: 'x',
      speaker: 'y',
      manner: 'neutral',
      baselineS: 1,
      judgedS: 1,
      baseline: [all],
      unmodified: [all.slice(0, 8)],
      dosed: [
        { series: 'all together', step: 'moderate', blocks: Array.from({ length: 8 }, () => block(TIRED)) },
      ],
    }
    const rows = doseRows([speaker], DEFAULT_FATIGUE_PARAMS)
    const moderate = rows.find(({ step }) => step === 'moderate')
    t.match(moderate, { sessions: 1, raised: 1, medianDelayMin: Number })
    t.ok((moderate?.composite ?? 0) > 1)
    t.match(rows[0], { step: '0', raised: 0 })
    t.match(falseAlarms('m', [speaker], DEFAULT_FATIGUE_PARAMS), { sessions: 1, raised: 0, perSpeechHour: 0 })
    t.match(tuneCusum([speaker], DEFAULT_FATIGUE_PARAMS).chosen, { found: 1, falsePerHour: 0 })
  },
)
