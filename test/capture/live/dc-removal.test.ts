import fc from 'fast-check'
import t from 'tap'
import { DcRemoval } from '../../../src/capture/live/dc-removal.js'
import { bitsOf } from '../../support/bits.js'
import { tone } from '../build-wav.js'

const RATE_HZ = 16_000

function voiceWith(dc: number, seconds: number): Float32Array {
  return tone(200, RATE_HZ, seconds * RATE_HZ, 0.1).map((sample) => sample + dc)
}

function removed(input: Float32Array, removal = new DcRemoval(RATE_HZ)): Float32Array {
  const output = input.slice()
  removal.processInPlace(output)
  return output
}

function meanOf(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length
}

t.test('what has less DC than the threshold passes bit for bit', async (t) => {
  for (const dc of [0, 9e-4, -9e-4]) {
    const input = voiceWith(dc, 15)
    t.equal(bitsOf(removed(input)), bitsOf(input), `${dc}`)
  }
})

t.test('what has more loses it, without a step', async (t) => {
  for (const dc of [1.1e-3, -0.05, 0.3]) {
    const output = removed(voiceWith(dc, 5))
    t.ok(Math.abs(meanOf(output.subarray(3 * RATE_HZ))) < 1e-5, `${dc}`)
    const offset = output.map((sample, i) => sample - 0.1 * Math.sin((2 * Math.PI * 200 * i) / RATE_HZ))
    let step = 0
    for (let i = 1; i < offset.length; i++) step = Math.max(step, Math.abs(offset[i] - offset[i - 1]))
    t.ok(step < 5e-4, `largest step ${step} at ${dc}`)
  }
})

t.test('when the DC has gone, samples pass bit for bit again', async (t) => {
  const removal = new DcRemoval(RATE_HZ)
  removed(voiceWith(0.01, 3), removal)
  t.ok(removal.isFiltering)
  t.ok(Math.abs(removal.dcOffset - 0.01) < 1e-6)
  const later = voiceWith(0, 60)
  const output = removed(later, removal)
  t.notOk(removal.isFiltering)
  t.equal(bitsOf(output.subarray(50 * RATE_HZ)), bitsOf(later.subarray(50 * RATE_HZ)))
})

t.test('a reset keeps what was measured of the microphone, and nothing of the signal', async (t) => {
  const removal = new DcRemoval(RATE_HZ)
  removed(voiceWith(0.05, 3), removal)
  removal.reset()
  const output = removed(new Float32Array(100).fill(0.05), removal)
  t.ok(
    output.every((sample) => Math.abs(sample) < 1e-9),
    'from the first sample on',
  )
})

t.test('how the input is cut changes not one bit', async () => {
  const input = voiceWith(0.004, 2.5)
  const whole = bitsOf(removed(input))
  await fc.assert(
    fc.property(fc.array(fc.nat(20_000), { maxLength: 5 }), (sizes) => {
      const output = input.slice()
      const removal = new DcRemoval(RATE_HZ)
      let start = 0
      for (const size of [...sizes, output.length])
        removal.processInPlace(output.subarray(start, (start += size)))
      return bitsOf(output) === whole
    }),
    { numRuns: 20 },
  )
})
