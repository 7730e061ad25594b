import t from 'tap'
import { createFrameCueMeter } from '../../src/gate/frame-cues.js'
import { DEFAULT_GATE_PARAMS } from '../../src/gate/gate-params.js'
import {
  framesOf,
  sequence,
  silence,
  sum,
  tone,
  whiteNoise,
  type Signal,
} from '../support/synthetic-audio.js'

/** The background's estimate, mean over the bands, after each frame. */
function backgrounds(signal: Signal, seconds: number): number[] {
  const meter = createFrameCueMeter(DEFAULT_GATE_PARAMS)
  return framesOf(signal, seconds).map(({ samples }) => {
    const { bandNoise } = meter.measure(samples)
    return bandNoise.reduce((total, power) => total + power, 0) / bandNoise.length
  })
}

t.test('the background after digital silence is that of a stream that begins with the noise', async (t) => {
  const begun = backgrounds(whiteNoise(0.1), 2)
  const after = backgrounds(sequence([silence, 1], [whiteNoise(0.1), 2]), 3).slice(50)
  // No window that reaches into the silence is taken for background.
  t.ok(after.slice(0, 2).every((power) => power === Infinity))
  after.slice(2).forEach((power, n) => {
    const ratio = power / (begun[n + 2] as number)
    t.ok(ratio > 0.5 && ratio < 2, `frame ${n + 2}: ${ratio}`)
  })
})

t.test('a gap of digital silence does not pull the background down', async (t) => {
  const noise = whiteNoise(0.1)
  const powers = backgrounds(sequence([noise, 1], [silence, 0.5], [noise, 2]), 3.5)
  const before = powers[49] as number
  t.ok(powers.slice(75).every((power) => power > before / 2))
})

t.test('a frame that is too faint or clipped is not possible speech and has no voicing', async (t) => {
  const meter = createFrameCueMeter(DEFAULT_GATE_PARAMS)
  for (const signal of [silence, tone(200, 1e-5), (i: number) => 100 * tone(200, 1)(i)]) {
    meter.reset()
    for (const { samples } of framesOf(signal, 0.2)) {
      const { isPossible, voicing } = meter.measure(samples)
      t.same([isPossible, voicing], [false, 0])
    }
  }
})

t.test('reset forgets the background', async (t) => {
  const meter = createFrameCueMeter(DEFAULT_GATE_PARAMS)
  for (const { samples } of framesOf(sum(whiteNoise(0.3), tone(300, 0.1)), 1)) meter.measure(samples)
  meter.reset()
  t.equal(meter.noiseDbfs, -120)
  const fresh = createFrameCueMeter(DEFAULT_GATE_PARAMS)
  for (const { samples } of framesOf(whiteNoise(0.01), 0.5)) {
    t.same({ ...meter.measure(samples) }, { ...fresh.measure(samples) })
  }
})
