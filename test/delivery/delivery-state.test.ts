import fc from 'fast-check'
import t from 'tap'
import {
  activated,
  confirmed,
  encodeDeliveryState,
  parseDeliveryState,
  RELEASED_ONLY,
  rolledBack,
  type DeliveryState,
  type InstalledModel,
} from '../../src/delivery/delivery-state.js'
import { newTrial } from '../../src/trial-record.js'

const installed = (id: string): InstalledModel => ({
  order: { id, size: 7, sha256: 'ab'.repeat(32), signature: 'x' },
  manifestSha256: 'cd'.repeat(32),
})

/** What can be done to a state. */
const steps = fc.array(fc.constantFrom('activate', 'confirm', 'roll_back'), { maxLength: 12 })

t.test(
  'law: whatever happens, what is kept is read again, and the end of all rollbacks is the released model',
  (t) => {
    fc.assert(
      fc.property(steps, (taken) => {
        let state: DeliveryState = RELEASED_ONLY
        taken.forEach((step, n) => {
          if (step === 'activate') state = activated(state, installed(`m${n}`), newTrial(1000, 'boot'))
          else if (step === 'confirm') state = confirmed(state)
          else if (state.active !== null)
            state = rolledBack(state, { code: 'X', message: 'x'.repeat(5000) }, n)
          t.same(parseDeliveryState(Buffer.from(encodeDeliveryState(state))), state)
        })
        for (let n = 0; n < 2; n++) state = rolledBack(state, { code: 'X', message: '' }, 0)
        return state.active === null && state.previous === null && state.trial === null
      }),
      { numRuns: 50 },
    )
    t.end()
  },
)

t.test('fuzz: of anything else only MODEL_STATE comes', (t) => {
  const whole = JSON.parse(
    encodeDeliveryState(activated(RELEASED_ONLY, installed('m'), newTrial(1000, 'boot'))),
  ) as object
  const changes = fc.record(
    { active: fc.jsonValue(), previous: fc.jsonValue(), trial: fc.jsonValue(), lastRollback: fc.jsonValue() },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(changes, fc.jsonValue()), (change) => {
      const value = typeof change === 'object' && change !== null ? { ...whole, ...change } : change
      try {
        parseDeliveryState(Buffer.from(JSON.stringify(value)))
        return true
      } catch (error) {
        return (error as { code?: unknown }).code === 'MODEL_STATE'
      }
    }),
    { numRuns: 300 },
  )
  t.end()
})
