import fc from 'fast-check'
import t from 'tap'
import { FrameAccount } from '../../../src/capture/live/frame-account.js'

t.test('each kind is counted on its own', async (t) => {
  const account = new FrameAccount(16_000)
  account.receive(3_200)
  account.lose(160)
  account.receive(320)
  account.beginGap(1_000)
  t.ok(account.isInGap)
  account.beginGap(1_500)
  t.equal(account.snapshot(2_000).gapSamples, 16_000, 'a gap that is not over counts up to now')
  t.equal(account.endGap(3_000.5), 32_008)
  t.equal(account.endGap(9_000), 0, 'it has ended')
  t.same(account.snapshot(99_000), {
    expectedSamples: 3_200 + 160 + 320 + 32_008,
    receivedSamples: 3_520,
    lostSamples: 160,
    gapSamples: 32_008,
    overruns: 1,
    gaps: 1,
  })
})

t.test('received, lost and gap add up to what was expected, which never falls', async () => {
  const event = fc.record({
    kind: fc.constantFrom('receive', 'lose', 'gap', 'look'),
    samples: fc.nat(5_000),
    ms: fc.double({ min: 0, max: 5_000, noNaN: true }),
  })
  await fc.assert(
    fc.property(fc.constantFrom(16_000, 44_100, 48_000), fc.array(event), (rateHz, events) => {
      const account = new FrameAccount(rateHz)
      let nowMs = 0
      let gapMs = 0
      let before = 0
      for (const { kind, samples, ms } of events) {
        const began = nowMs
        nowMs += ms
        if (kind === 'receive') account.receive(samples)
        else if (kind === 'lose') account.lose(samples)
        else if (kind === 'gap') {
          account.beginGap(began)
          gapMs += nowMs - began
        }
        const now = account.snapshot(nowMs)
        if (kind === 'gap') {
          account.endGap(nowMs)
          if (account.snapshot(nowMs).gapSamples !== now.gapSamples) return false
        }
        const { expectedSamples, receivedSamples, lostSamples, gapSamples } = now
        if (!Number.isSafeInteger(expectedSamples) || expectedSamples < before) return false
        if (receivedSamples + lostSamples + gapSamples !== expectedSamples) return false
        // Fractions of a sample do not add up over the gaps.
        if (Math.abs(gapSamples - (gapMs * rateHz) / 1000) > 1.001) return false
        before = expectedSamples
      }
      return true
    }),
  )
})
