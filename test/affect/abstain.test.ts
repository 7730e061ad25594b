import t from 'tap'
import { abstainReason } from '../../src/affect/abstain.js'
import { DEFAULT_AFFECT_PARAMS as params } from '../../src/affect/affect-params.js'

const good = { speechMs: 2000, snrDb: 20, confidence: 0.9 }
const bad = { speechMs: 100, snrDb: 0, confidence: 0.1 }

t.test('a clear decision is acted on', async (t) => {
  t.equal(abstainReason(good, params), null)
})

t.test('of several reasons the one that explains the others is named', async (t) => {
  t.equal(abstainReason({ ...bad, speechMs: 0 }, params), 'no_speech')
  t.equal(abstainReason(bad, params), 'too_little_speech')
  t.equal(abstainReason({ ...bad, speechMs: 2000 }, params), 'low_snr')
  t.equal(abstainReason({ ...good, confidence: 0.1 }, params), 'low_confidence')
})

t.test('the limits themselves are good enough', async (t) => {
  const { minSpeechMs: speechMs, minSnrDb: snrDb, minConfidence: confidence } = params
  t.equal(abstainReason({ speechMs, snrDb, confidence }, params), null)
})

t.test('what is no number abstains', async (t) => {
  t.equal(abstainReason({ ...good, speechMs: NaN }, params), 'no_speech')
  t.equal(abstainReason({ ...good, snrDb: NaN }, params), 'low_snr')
  t.equal(abstainReason({ ...good, confidence: NaN }, params), 'low_confidence')
})
