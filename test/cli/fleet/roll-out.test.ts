import fc from 'fast-check'
import t from 'tap'
import type { Outcome } from '../../../src/cli/fleet/outcome.js'
import { rollOut, type RollOutOptions } from '../../../src/cli/fleet/roll-out.js'

const done: Outcome = { kind: 'applied', revision: 1 }
const failure: Outcome = { kind: 'failed', revision: 1, error: { code: 'C', message: 'm' } }

function options(count: number, over: Partial<RollOutOptions> = {}): RollOutOptions {
  return {
    ids: Array.from({ length: count }, (_, i) => String(i)),
    stageEnds: [1, count],
    maxFailures: 1,
    signal: new AbortController().signal,
    act: () => Promise.resolve(done),
    ...over,
  }
}

t.test('a stage begins when all of the one before have settled', async (t) => {
  const log: string[] = []
  await rollOut(
    options(4, {
      stageEnds: [1, 3, 4],
      act: async (id) => {
        log.push(`begin ${id}`)
        await new Promise((resolve) => setImmediate(resolve))
        log.push(`end ${id}`)
        return done
      },
      onStage: (stage, first, last) => log.push(`stage ${stage}: ${first}-${last}`),
    }),
  )
  t.same(log, [
    ...['stage 1: 1-1', 'begin 0', 'end 0', 'stage 2: 2-3', 'begin 1', 'begin 2', 'end 1', 'end 2'],
    ...['stage 3: 4-4', 'begin 3', 'end 3'],
  ])
})

t.test('failures at the limit end it; what was begun is waited for', async (t) => {
  const bad = new Set(['1', '2'])
  const act = (id: string): Promise<Outcome> => Promise.resolve(bad.has(id) ? failure : done)
  const report = await rollOut(options(10, { stageEnds: [1, 4, 10], maxFailures: 2, act }))
  t.same([...report.outcomes.keys()], ['0', '1', '2', '3'])
  t.same(report.untouched, ['4', '5', '6', '7', '8', '9'])
  t.equal(report.stopped, 'failures')
  const patient = await rollOut(options(10, { maxFailures: 3, act }))
  t.match(patient, { untouched: [], stopped: null })
})

t.test('nothing is begun after an interruption', async (t) => {
  const stop = new AbortController()
  const report = await rollOut(
    options(3, {
      stageEnds: [1, 2, 3],
      signal: stop.signal,
      act: (id) => {
        if (id === '1') stop.abort()
        return Promise.resolve(done)
      },
    }),
  )
  t.same(report.untouched, ['2'])
  t.equal(report.stopped, 'interrupted')
})

t.test(
  'whatever fails: each device is acted on at most once, and failures stay within limit and stage',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 400 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(400),
        async (isBad, maxFailures, firstEnd) => {
          const acted: string[] = []
          const ends = [Math.min(firstEnd, isBad.length), isBad.length].filter(
            (end, i, all) => end > (all[i - 1] ?? 0),
          )
          const report = await rollOut(
            options(isBad.length, {
              stageEnds: ends,
              maxFailures,
              act: (id) => {
                acted.push(id)
                return Promise.resolve(isBad[Number(id)] ? failure : done)
              },
            }),
          )
          const failures = [...report.outcomes.values()].filter(({ kind }) => kind === 'failed').length
          return (
            new Set(acted).size === acted.length &&
            report.outcomes.size === acted.length &&
            report.untouched.length === isBad.length - acted.length &&
            (report.stopped === 'failures') === failures >= maxFailures &&
            (report.stopped !== null || report.untouched.length === 0)
          )
        },
      ),
    )
  },
)
