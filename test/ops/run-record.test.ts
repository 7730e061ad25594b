import fc from 'fast-check'
import t from 'tap'
import { AffectdError } from '../../src/errors.js'
import { encodeRunRecord, parseRunRecord, type RunRecord } from '../../src/ops/run-record.js'

const text = fc.string({ maxLength: 64 })
const timeMs = fc.integer({ min: 0, max: 4e12 })
const error = fc.record({
  code: fc.constantFrom('INTERNAL_UNEXPECTED', 'MODEL_HASH'),
  message: text,
  timeMs,
  exitCode: fc.nat({ max: 255 }),
})
const record: fc.Arbitrary<RunRecord> = fc.record({
  bootId: text,
  version: text,
  machineBoot: text,
  startedMs: timeMs,
  machineUptimeS: fc.double({ min: 0, max: 1e9, noNaN: true }),
  clean: fc.boolean(),
  error: fc.option(error),
  crashes: fc.nat({ max: 1000 }),
  pauses: fc.nat({ max: 1000 }),
})

t.test('a run is read as it was written', async () => {
  fc.assert(
    fc.property(record, (one) => {
      const read = parseRunRecord(Buffer.from(encodeRunRecord(one)))
      // JSON has one zero.
      t.same(read, { ...one, machineUptimeS: one.machineUptimeS + 0 })
    }),
    { numRuns: 50 },
  )
})

t.test('whatever lies there instead, it is read or refused with a code', async () => {
  const whole = JSON.parse(
    encodeRunRecord({
      bootId: 'b',
      version: '1',
      machineBoot: 'm',
      startedMs: 0,
      machineUptimeS: 1,
      clean: false,
      error: null,
      crashes: 0,
      pauses: 0,
    }),
  ) as object
  const mutated = fc
    .tuple(fc.constantFrom(...Object.keys(whole)), fc.jsonValue({ maxDepth: 2 }))
    .map(([name, value]) => JSON.stringify({ ...whole, [name]: value }))
  fc.assert(
    fc.property(fc.oneof(mutated, fc.json(), fc.string()), (text) => {
      try {
        parseRunRecord(Buffer.from(text))
      } catch (error) {
        if (!(error instanceof AffectdError) || error.code !== 'CRASH_RECORD_REFUSED') throw error
      }
    }),
  )
})
