import fc from 'fast-check'
import t from 'tap'
import { SpeechPhase } from '../../src/gate/speech-phase.js'

const params = { enterScore: 0.8, exitScore: 0.5, enterFrames: 3, hangoverFrames: 4 }
const [HIGH, MID, LOW] = [0.9, 0.6, 0.1]

function phases(scores: readonly number[]): string {
  const phase = new SpeechPhase(params)
  return scores.map((score) => phase.step(score)[0]).join('')
}

t.test('speech starts after enough high frames, middling ones between them allowed', async (t) => {
  t.equal(phases([HIGH, HIGH, HIGH]), 'rrs')
  t.equal(phases([HIGH, MID, MID, HIGH, MID, HIGH]), 'rrrrrs')
})

t.test('a low frame before that starts the count anew', async (t) => {
  t.equal(phases([HIGH, HIGH, LOW, HIGH, HIGH, HIGH]), 'rrirrs')
})

t.test('middling frames start nothing and end nothing', async (t) => {
  t.equal(phases([MID, MID, MID]), 'iii')
  t.equal(phases([HIGH, HIGH, HIGH, MID, MID, MID, MID, MID]), 'rrssssss')
})

t.test('speech ends after the hangover', async (t) => {
  t.equal(phases([HIGH, HIGH, HIGH, LOW, LOW, LOW, LOW]), 'rrshhhi')
})

t.test('within the hangover only a high frame resumes speech', async (t) => {
  t.equal(phases([HIGH, HIGH, HIGH, LOW, MID, HIGH, LOW]), 'rrshhsh')
  t.equal(phases([HIGH, HIGH, HIGH, LOW, MID, MID, MID]), 'rrshhhi')
})

t.test('one frame is enough where the params say so', async (t) => {
  const phase = new SpeechPhase({ ...params, enterFrames: 1, hangoverFrames: 1 })
  t.equal(phase.step(HIGH), 'speaking')
  t.equal(phase.step(LOW), 'idle')
})

t.test('no sequence of scores makes speech of fewer high frames than enterFrames', async () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (scores) => {
      const first = phases(scores).indexOf('s')
      const before = first === -1 ? scores : scores.slice(0, first)
      const high = before.filter((score) => score >= params.enterScore).length
      return first === -1 || high >= params.enterFrames - 1
    }),
  )
})
