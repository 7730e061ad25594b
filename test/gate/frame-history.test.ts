import fc from 'fast-check'
import t from 'tap'
import { FrameHistory } from '../../src/gate/frame-history.js'
import { FRAME_SAMPLES } from '../../src/units.js'

function pushNumbered(history: FrameHistory, frames: number): void {
  for (let n = 0; n < frames; n++) {
    history.push(new Float32Array(FRAME_SAMPLES).fill(n), n % 3 === 0, n / 1000, n / 100)
  }
}

t.test('the last frames are kept, whatever was pushed before', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 50 }), (capacity, frames) => {
      const history = new FrameHistory(capacity)
      pushNumbered(history, frames)
      const { begin, end } = history
      const samples = history.copy(begin, end)
      return (
        end === frames &&
        end - begin === Math.min(capacity, frames) &&
        samples.every((x, i) => x === begin + Math.floor(i / FRAME_SAMPLES)) &&
        history.isSpeech(end - 1) === ((end - 1) % 3 === 0) &&
        Math.abs(history.voicing(end - 1) - (end - 1) / 1000) < 1e-6 &&
        history.acPower(end - 1) === (end - 1) / 100
      )
    }),
    { numRuns: 50 },
  )
})

t.test('a copy is not touched by later frames', async (t) => {
  const history = new FrameHistory(2)
  pushNumbered(history, 2)
  const copy = history.copy(0, 1)
  pushNumbered(history, 5)
  t.equal(copy[0], 0)
})

t.test('the level of a frame is that of its power', async (t) => {
  const history = new FrameHistory(2)
  const silence = new Float32Array(FRAME_SAMPLES)
  history.push(silence, true, 0, 0.01)
  history.push(silence, false, 0, 0)
  t.ok(Math.abs(history.levelDbfs(0) + 20) < 1e-5)
  t.equal(history.levelDbfs(1), -120)
})

t.test('speech frames are counted', async (t) => {
  const history = new FrameHistory(20)
  pushNumbered(history, 10)
  t.equal(history.speechFrames(0, 10), 4)
  t.equal(history.speechFrames(1, 3), 0)
})
