import fc from 'fast-check'
import t from 'tap'
import { createGain, type Gain } from '../../../src/capture/live/gain.js'
import { DEFAULT_LIVE_PARAMS } from '../../../src/capture/live/live-params.js'
import { FRAME_SAMPLES, powerToDb } from '../../../src/units.js'
import { bitsOf } from '../../support/bits.js'

const FRAMES_PER_S = 50

const frameOf = fc.float32Array({
  minLength: FRAME_SAMPLES,
  maxLength: FRAME_SAMPLES,
  min: -1,
  max: 1,
  noNaN: true,
})

function auto(agcMaxGainDb = 20): Gain {
  return createGain({ gainMode: 'auto', gainDb: 0, agcMaxGainDb })
}

/** Noise from xorshift32, so that every run is the same. */
function noiseFrames(levelDbfs: number, count: number, seed = 1): Float32Array[] {
  let state = seed
  // Uniform noise of amplitude a has an RMS of a/√3.
  const amplitude = 10 ** (levelDbfs / 20) * Math.sqrt(3)
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: FRAME_SAMPLES }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return amplitude * (state / 2 ** 31)
    }),
  )
}

/** Talk: 0.6 s at a level, then 0.3 s of the room. */
function talk(levelDbfs: number, roomDbfs: number, seconds: number): Float32Array[] {
  const voice = noiseFrames(levelDbfs, seconds * FRAMES_PER_S, 7)
  const room = noiseFrames(roomDbfs, seconds * FRAMES_PER_S, 11)
  return voice.map((frame, n) => (n % 45 < 30 ? frame : room[n]))
}

/** What comes out, and the level of the last so many seconds of it. */
function run(gain: Gain, frames: readonly Float32Array[], lastS = 1): { out: Float32Array[]; dbfs: number } {
  const out = frames.map((frame) => {
    const copy = frame.slice()
    gain.applyInPlace(copy)
    return copy
  })
  return { out, dbfs: levelOf(out.slice(-lastS * FRAMES_PER_S)) }
}

function levelOf(frames: readonly Float32Array[]): number {
  const squares = frames.reduce((sum, frame) => sum + frame.reduce((part, x) => part + x * x, 0), 0)
  return powerToDb(squares / (frames.length * FRAME_SAMPLES))
}

t.test('off passes every bit', async () => {
  const gain = createGain(DEFAULT_LIVE_PARAMS)
  fc.assert(
    fc.property(frameOf, (frame) => {
      const copy = frame.slice()
      gain.applyInPlace(copy)
      return bitsOf(copy) === bitsOf(frame) && gain.gainDb === 0
    }),
  )
})

t.test('a fixed gain multiplies, and clips at full scale', async (t) => {
  const gain = createGain({ gainMode: 'fixed', gainDb: 20, agcMaxGainDb: 20 })
  const frame = new Float32Array(FRAME_SAMPLES).fill(0.05)
  frame[0] = 0.2
  frame[1] = -0.2
  gain.applyInPlace(frame)
  t.same([frame[0], frame[1], frame[2]], [1, -1, 0.5])
  t.equal(gain.gainDb, 20)
})

t.test('faint speech is led to the target, loud speech down to it', async (t) => {
  for (const levelDbfs of [-42, -35, -24, -10]) {
    const gain = auto()
    const { out } = run(gain, talk(levelDbfs, levelDbfs - 40, 27))
    // Ten rounds of talk, of 45 frames each.
    const spoken = levelOf(out.slice(-450).filter((_, n) => n % 45 < 30))
    t.ok(Math.abs(spoken + 24) < 1, `${spoken} dBFS of ${levelDbfs}`)
  }
})

t.test('never more than its limit', async (t) => {
  for (const maxGainDb of [0, 6, 20]) {
    const gain = auto(maxGainDb)
    run(gain, talk(-50, -90, 30))
    t.ok(Math.abs(gain.gainDb - maxGainDb) < 1e-9, `${gain.gainDb}`)
  }
})

t.test('it moves slowly', async (t) => {
  const gain = auto()
  let [before, most] = [0, 0]
  for (const frame of talk(-50, -90, 20)) {
    gain.applyInPlace(frame.slice())
    most = Math.max(most, gain.gainDb - before)
    before = gain.gainDb
  }
  t.ok(most <= 3 / FRAMES_PER_S + 1e-9, `${most} dB a frame`)
})

t.test('silence, a quiet room and a steady fan are not lifted', async (t) => {
  for (const levelDbfs of [-80, -62, -50, -35]) {
    const gain = auto()
    const { dbfs } = run(gain, noiseFrames(levelDbfs, 60 * FRAMES_PER_S))
    t.ok(Math.abs(dbfs - levelDbfs) < 0.5, `${dbfs} dBFS of ${levelDbfs}`)
  }
  const gain = auto()
  run(
    gain,
    Array.from({ length: 500 }, () => new Float32Array(FRAME_SAMPLES)),
  )
  t.equal(gain.gainDb, 0)
})

t.test('a pause, however long, leaves the gain where it was', async (t) => {
  const gain = auto()
  run(gain, talk(-40, -80, 20))
  const before = gain.gainDb
  t.ok(before > 10)
  run(gain, noiseFrames(-80, 200 * FRAMES_PER_S))
  t.equal(gain.gainDb, before)
})

t.test('a background that has become loud takes the gain back', async (t) => {
  const gain = auto()
  run(gain, talk(-40, -80, 20))
  const { dbfs } = run(gain, noiseFrames(-45, 60 * FRAMES_PER_S))
  t.ok(dbfs < -44.5, `${dbfs} dBFS`)
})

t.test('a bang after faint speech does not clip and is not made louder than full scale', async (t) => {
  const gain = auto()
  run(gain, talk(-45, -90, 20))
  t.ok(gain.gainDb > 15)
  const bang = noiseFrames(-6, 1)[0]
  const peak = bang.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  gain.applyInPlace(bang)
  t.ok(bang.every((x) => Math.abs(x) <= 32_767 / 32_768))
  t.ok(gain.gainDb <= -20 * Math.log10(peak) + 1e-9)
})

t.test('whatever comes, nothing exceeds full scale', async () => {
  const loudness = fc.constantFrom(0, -20, -40, -60)
  const faintTalk = talk(-55, -90, 15)
  fc.assert(
    fc.property(fc.array(fc.tuple(frameOf, loudness), { minLength: 1, maxLength: 10 }), (pieces) => {
      const gain = auto(40)
      run(gain, faintTalk)
      return pieces.every(([frame, dB]) => {
        const scaled = frame.map((x) => x * 10 ** (dB / 20))
        gain.applyInPlace(scaled)
        return scaled.every((x) => Math.abs(x) <= 1)
      })
    }),
    { numRuns: 30 },
  )
})

t.test('the same frames give the same bits', async (t) => {
  const frames = talk(-40, -70, 5)
  const [one, other] = [run(auto(), frames), run(auto(), frames)]
  t.ok(one.out.every((frame, n) => bitsOf(frame) === bitsOf(other.out[n])))
})
