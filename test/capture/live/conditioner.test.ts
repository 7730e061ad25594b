import fc from 'fast-check'
import t from 'tap'
import { createConditioner, type ConditionerOptions } from '../../../src/capture/live/conditioner.js'
import { DEFAULT_LIVE_PARAMS } from '../../../src/capture/live/live-params.js'
import { Framer } from '../../../src/capture/framer.js'
import { Resampler } from '../../../src/capture/resampler.js'
import { S16Decoder } from '../../../src/capture/s16-decoder.js'
import { FRAME_SAMPLES } from '../../../src/units.js'
import { bitsOf } from '../../support/bits.js'
import { demoSpeech } from '../../support/demo-speech.js'
import { s16, tone } from '../build-wav.js'

const MONO: ConditionerOptions = { inputRateHz: 16_000, channels: 1, params: DEFAULT_LIVE_PARAMS }

function framesOf(options: ConditionerOptions, pieces: readonly Uint8Array[]): string[] {
  const conditioner = createConditioner(options)
  const frames: string[] = []
  for (const bytes of pieces) conditioner.push(bytes, (samples) => frames.push(bitsOf(samples)))
  return frames
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  let start = 0
  return [...sizes, bytes.length].map((size) => bytes.subarray(start, (start += size)))
}

/** What the path of stdin gives, without the last frame, which it pads with zeros. */
function plainFrames(bytes: Uint8Array): string[] {
  const frames = new Framer().push(new S16Decoder().decode(bytes))
  return Array.from(frames, (frame) => bitsOf(frame.samples))
}

t.test('speech at 16 kHz, mono, has the bits of the decoder and the framer', async (t) => {
  const speech = await demoSpeech()
  const bytes = s16(Float32Array.from({ length: 8 * 16_000 + 77 }, (_, i) => speech(i)))
  const expected = plainFrames(bytes)
  t.equal(expected.length, 400)
  t.ok(JSON.stringify(framesOf(MONO, cut(bytes, [1, 4_096, 7, 9_999]))) === JSON.stringify(expected))
})

t.test('a DC is the one thing that is taken from it', async (t) => {
  const input = tone(300, 16_000, 5 * 16_000, 0.2).map((sample) => sample + 0.05)
  const conditioner = createConditioner(MONO)
  let [sum, count, n] = [0, 0, 0]
  conditioner.push(s16(input), (samples) => {
    if (n++ < 150) return
    for (const sample of samples) sum += sample
    count += samples.length
  })
  t.ok(Math.abs(sum / count) < 1e-4, `${sum / count}`)
  t.ok(Math.abs(conditioner.dcOffset - 0.05) < 1e-4)
})

t.test('48 kHz in stereo has the bits of mix and resampler', async (t) => {
  const left = tone(440, 48_000, 48_000, 0.4)
  const right = tone(1_000, 48_000, 48_000, 0.2)
  const bytes = s16(Float32Array.from({ length: 96_000 }, (_, i) => (i % 2 === 0 ? left : right)[i >> 1]))
  const mixed = Float32Array.from(left, (_, i) => {
    const [l, r] = [bytes.readInt16LE(4 * i), bytes.readInt16LE(4 * i + 2)]
    return (l + r) / 65_536
  })
  const expected = Array.from(new Framer().push(new Resampler(48_000).push(mixed)), (frame) =>
    bitsOf(frame.samples),
  )
  const options = { inputRateHz: 48_000, channels: 2, params: DEFAULT_LIVE_PARAMS }
  t.same(framesOf(options, [bytes]), expected)
  t.equal(expected.length, 49)
})

t.test('how the bytes are cut changes not one bit of the frames', async () => {
  const speech = await demoSpeech()
  const speechBytes = s16(Float32Array.from({ length: 60_000 }, (_, i) => speech(i) + 0.01))
  await fc.assert(
    fc.property(
      fc.constantFrom(16_000, 22_050, 44_100, 48_000),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('off' as const, 'fixed' as const, 'auto' as const),
      fc.array(fc.nat(9_000), { maxLength: 12 }),
      (inputRateHz, channels, gainMode, sizes) => {
        const params = { ...DEFAULT_LIVE_PARAMS, gainMode, gainDb: 6 }
        const options = { inputRateHz, channels, params }
        const whole = framesOf(options, [speechBytes])
        return JSON.stringify(framesOf(options, cut(speechBytes, sizes))) === JSON.stringify(whole)
      },
    ),
    { numRuns: 40 },
  )
})

t.test('a reset says what was dropped, so that received and framed add up', async () => {
  await fc.assert(
    fc.property(
      fc.constantFrom(8_000, 16_000, 44_100, 48_000),
      fc.array(fc.nat(20_000), { minLength: 1, maxLength: 5 }),
      (inputRateHz, stretches) => {
        const conditioner = createConditioner({ ...MONO, inputRateHz })
        return stretches.every((samples) => {
          const before = conditioner.inputSamples
          let frames = 0
          conditioner.push(s16(new Float32Array(samples)), () => frames++)
          const dropped = conditioner.reset()
          return (
            conditioner.inputSamples - before === samples &&
            dropped >= 0 &&
            // Less than a frame, a block, and half of the resampler's taps at 8 kHz.
            dropped < 320 + 160 + 160 &&
            frames * FRAME_SAMPLES + dropped === Math.round((samples * 16_000) / inputRateHz)
          )
        })
      },
    ),
  )
})

t.test('after a reset nothing is heard of what came before', async (t) => {
  for (const inputRateHz of [16_000, 44_100]) {
    const conditioner = createConditioner({ ...MONO, inputRateHz })
    const bytes = s16(tone(500, inputRateHz, inputRateHz))
    const once = (): string[] => {
      const frames: string[] = []
      conditioner.push(bytes, (samples) => frames.push(bitsOf(samples)))
      return frames
    }
    const first = once()
    conditioner.push(Buffer.from([1]), () => t.fail())
    conditioner.reset()
    t.same(once(), first)
  }
})

t.test('faults are those of the raw signal, and outlive a reset until good signal comes', async (t) => {
  const params = { ...DEFAULT_LIVE_PARAMS, faultAfterS: 2, gainMode: 'fixed' as const, gainDb: 40 }
  const conditioner = createConditioner({ ...MONO, params })
  const zeros = s16(new Float32Array(2 * 16_000))
  conditioner.push(zeros.subarray(320), () => undefined)
  t.equal(conditioner.fault, null)
  conditioner.push(zeros.subarray(0, 320), () => undefined)
  t.equal(conditioner.fault, 'digital_silence')
  conditioner.reset()
  t.equal(conditioner.fault, 'digital_silence')
  for (let n = 0; n < 12; n++) conditioner.push(s16(tone(300, 16_000, 16_000, 0.1)), () => undefined)
  t.equal(conditioner.fault, null, 'what a gain clips is not the microphone’s fault')
})

t.test('gain is the last thing that happens to a frame', async (t) => {
  const params = { ...DEFAULT_LIVE_PARAMS, gainMode: 'fixed' as const, gainDb: 20 }
  const conditioner = createConditioner({ ...MONO, params })
  const seen: number[] = []
  conditioner.push(s16(new Float32Array(320).fill(2 ** -6)), (samples) => seen.push(samples[0]))
  t.same(seen, [10 * 2 ** -6])
  t.equal(conditioner.gainDb, 20)
})

t.test('a channel that the microphone lacks is refused', async (t) => {
  const params = { ...DEFAULT_LIVE_PARAMS, channel: 1 }
  t.throws(() => createConditioner({ ...MONO, params }), { code: 'CAPTURE_NO_CHANNEL' })
})
