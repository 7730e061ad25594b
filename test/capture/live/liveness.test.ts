import t from 'tap'
import { FAILED_AFTER_ATTEMPTS, nextLiveness, type Liveness } from '../../../src/capture/live/liveness.js'

const STATES: readonly Liveness[] = ['starting', 'healthy', 'stalled', 'recovering', 'failed']

t.test('a frame makes every state healthy', async (t) => {
  for (const state of STATES) t.equal(nextLiveness(state, 'frame', 9), 'healthy')
})

t.test('the states follow their table', async (t) => {
  const table: Record<Liveness, readonly [quiet: Liveness, ended: Liveness, retry: Liveness]> = {
    starting: ['stalled', 'recovering', 'starting'],
    healthy: ['stalled', 'recovering', 'recovering'],
    stalled: ['stalled', 'recovering', 'recovering'],
    recovering: ['recovering', 'recovering', 'recovering'],
    failed: ['failed', 'failed', 'failed'],
  }
  for (const state of STATES) {
    const next = (['quiet', 'ended', 'retry'] as const).map((event) => nextLiveness(state, event, 1))
    t.same(next, table[state], state)
  }
})

t.test('attempts that fail again and again make it failed, which a frame still mends', async (t) => {
  for (const state of ['starting', 'healthy', 'stalled', 'recovering'] as const) {
    t.equal(nextLiveness(state, 'ended', FAILED_AFTER_ATTEMPTS - 1), 'recovering')
    t.equal(nextLiveness(state, 'ended', FAILED_AFTER_ATTEMPTS), 'failed')
  }
  t.equal(nextLiveness('failed', 'retry', 50), 'failed')
  t.equal(nextLiveness('failed', 'frame', 50), 'healthy')
})
