import fc from 'fast-check'
import t from 'tap'
import { AlertMonitor } from '../../../src/affect/alerts/alert-monitor.js'
import type { AlertChange, AlertRule, ScoredWindow } from '../../../src/affect/alerts/alert-rule.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'

const RULE: AlertRule = {
  kind: 'anger',
  score: 'angry',
  enter: 0.6,
  exit: 0.4,
  hits: 2,
  of: 3,
  withinS: 30,
  minDurationS: 4,
  cooldownS: 60,
}

/** A window of 3 s that ends at so many seconds. */
function window(endS: number, score: number): ScoredWindow {
  return { startSample: (endS - 3) * SAMPLE_RATE_HZ, endSample: endS * SAMPLE_RATE_HZ, score }
}

function hearAll(
  monitor: AlertMonitor,
  windows: readonly (readonly [endS: number, score: number])[],
): AlertChange[] {
  return windows.flatMap(([endS, score]) => [...monitor.hear(window(endS, score))])
}

/** `+8` was raised at 8 s, `-20 score` was over at 20 s by its score. */
function told(changes: readonly AlertChange[]): string[] {
  return changes.map(({ active, atSample, endedBy }) => {
    const atS = atSample / SAMPLE_RATE_HZ
    return active ? `+${atS}` : `-${atS} ${endedBy}`
  })
}

const RAISED = [
  [3, 0.9],
  [6, 0.9],
] as const

t.test('an alert is raised by k of the last n windows, and says which', async (t) => {
  const monitor = new AlertMonitor(RULE)
  t.strictSame(hearAll(monitor, [[3, 0.9]]), [], 'one is not enough')
  t.strictSame(hearAll(monitor, [[6, 0.1]]), [])
  const [change] = hearAll(monitor, [[9, 0.7]])
  t.match(change, { active: true, sinceSample: 0, atSample: 9 * SAMPLE_RATE_HZ, endedBy: null })
  t.strictSame(change?.windows, [window(3, 0.9), window(9, 0.7)])
  t.ok(Math.abs((change?.score ?? 0) - 0.8) < 1e-12, 'the mean of its hits')
  t.ok(monitor.isActive)
})

t.test('hits that are not among the last n do not count', async (t) => {
  const monitor = new AlertMonitor(RULE)
  t.strictSame(
    told(
      hearAll(monitor, [
        [3, 0.9],
        [6, 0.1],
        [9, 0.1],
        [12, 0.9],
      ]),
    ),
    [],
  )
})

t.test('a score at the threshold hits, and one at the exit does not clear', async (t) => {
  const monitor = new AlertMonitor(RULE)
  t.strictSame(
    told(
      hearAll(monitor, [
        [3, 0.6],
        [6, 0.6],
      ]),
    ),
    ['+6'],
  )
  t.strictSame(
    told(
      hearAll(monitor, [
        [9, 0.4],
        [12, 0.4],
        [15, 0.4],
      ]),
    ),
    [],
    'hysteresis',
  )
  t.strictSame(
    told(
      hearAll(monitor, [
        [18, 0.39],
        [21, 0.39],
      ]),
    ),
    ['-21 score'],
  )
})

t.test('a window that does not hit raises nothing, whatever was heard before it', async (t) => {
  const monitor = new AlertMonitor({ ...RULE, minDurationS: 7 })
  t.strictSame(
    told(
      hearAll(monitor, [
        [3, 0.9],
        [6, 0.9],
        [9, 0.5],
      ]),
    ),
    [],
    'six seconds of hits',
  )
  t.strictSame(told(hearAll(monitor, [[12, 0.9]])), ['+12'], 'of the last three two hit, nine seconds apart')
})

t.test('hits that span less than the least duration raise nothing', async (t) => {
  const overlapping = new AlertMonitor({ ...RULE, minDurationS: 5 })
  t.strictSame(
    told(
      hearAll(overlapping, [
        [3, 0.9],
        [4.5, 0.9],
      ]),
    ),
    [],
  )
  t.strictSame(told(hearAll(overlapping, [[6, 0.9]])), ['+6'])
})

t.test('an alert is over when as many windows clear, counted from when it was raised', async (t) => {
  const monitor = new AlertMonitor(RULE)
  hearAll(monitor, [
    [3, 0.9],
    [6, 0.1],
  ])
  t.strictSame(
    told(
      hearAll(monitor, [
        [9, 0.9],
        [12, 0.1],
      ]),
    ),
    ['+9'],
    'the low one before it does not count',
  )
  t.strictSame(
    told(
      hearAll(monitor, [
        [15, 0.5],
        [18, 0.1],
      ]),
    ),
    ['-18 score'],
    'two of the last three',
  )
})

t.test('after an alert there is none until it has cooled down', async (t) => {
  const monitor = new AlertMonitor(RULE)
  hearAll(monitor, [...RAISED, [9, 0.1], [12, 0.1]])
  t.strictSame(
    told(
      hearAll(monitor, [
        [30, 0.9],
        [60, 0.9],
        [71.9, 0.9],
      ]),
    ),
    [],
    'cooling until 72 s',
  )
  t.strictSame(told(hearAll(monitor, [[72, 0.9]])), ['+72'], 'what goes on meanwhile counts at its end')
})

t.test('an alert is over when nothing was judged for as long as windows count', async (t) => {
  const monitor = new AlertMonitor(RULE)
  hearAll(monitor, RAISED)
  t.strictSame(told(monitor.pass(36 * SAMPLE_RATE_HZ - 1)), [])
  t.strictSame(told(monitor.pass(36 * SAMPLE_RATE_HZ)), ['-36 silence'])
  t.strictSame(told(monitor.pass(99 * SAMPLE_RATE_HZ)), [], 'once')
})

t.test('after a gap an alert is over before what follows is judged', async (t) => {
  const monitor = new AlertMonitor({ ...RULE, cooldownS: 0 })
  hearAll(monitor, RAISED)
  t.strictSame(
    told(hearAll(monitor, [[1000, 0.9]])),
    ['-36 silence'],
    'when it ended, not when that was noticed',
  )
  t.strictSame(told(hearAll(monitor, [[1003, 0.9]])), ['+1003'])
})

t.test('hits on both sides of a gap are not counted together', async (t) => {
  const monitor = new AlertMonitor(RULE)
  t.strictSame(
    told(
      hearAll(monitor, [
        [3, 0.9],
        [33.1, 0.9],
      ]),
    ),
    [],
  )
  t.strictSame(
    told(
      hearAll(new AlertMonitor(RULE), [
        [3, 0.9],
        [33, 0.9],
      ]),
    ),
    ['+33'],
  )
})

t.test('a stream that begins anew cuts an alert off, and nothing of before counts', async (t) => {
  const monitor = new AlertMonitor(RULE)
  hearAll(monitor, [
    [103, 0.9],
    [106, 0.9],
  ])
  t.strictSame(told(hearAll(monitor, [[3, 0.9]])), ['-106 stream_ended'])
  t.strictSame(told(hearAll(monitor, [[6, 0.9]])), ['+6'], 'when cooling would have ended cannot be told')
})

t.test('an alert that is cut off keeps the score and the beginning that were said', async (t) => {
  const monitor = new AlertMonitor(RULE)
  hearAll(monitor, RAISED)
  const [change] = monitor.cut(7 * SAMPLE_RATE_HZ, 'not_listening')
  t.match(change, { active: false, score: 0.9, sinceSample: 0, atSample: 7 * SAMPLE_RATE_HZ, windows: [] })
  t.strictSame(monitor.cut(8 * SAMPLE_RATE_HZ, 'shutdown'), [], 'once')
})

t.test('a score that is no number neither hits nor clears', async (t) => {
  const monitor = new AlertMonitor(RULE)
  t.strictSame(
    hearAll(monitor, [
      [3, NaN],
      [6, NaN],
      [9, NaN],
    ]),
    [],
  )
})

t.test('whatever is heard, raised and over alternate, in order, with the cool-down between', async () => {
  const heard = fc.array(
    fc.tuple(fc.double({ min: 0.1, max: 60, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    {
      maxLength: 60,
    },
  )
  const rule = fc.record({
    hits: fc.integer({ min: 1, max: 3 }),
    of: fc.integer({ min: 3, max: 5 }),
    withinS: fc.double({ min: 1, max: 60, noNaN: true }),
    minDurationS: fc.double({ min: 0, max: 10, noNaN: true }),
    cooldownS: fc.double({ min: 0, max: 100, noNaN: true }),
  })
  fc.assert(
    fc.property(heard, rule, (steps, params) => {
      const monitor = new AlertMonitor({ ...RULE, ...params })
      let endS = 3
      const changes = steps.flatMap(([stepS, score]) => [...monitor.hear(window((endS += stepS), score))])
      let last: AlertChange | undefined
      for (const change of changes) {
        if (change.active === (last?.active ?? false)) return false
        if (last !== undefined && change.atSample < last.atSample) return false
        const isEarly =
          change.active &&
          last !== undefined &&
          change.atSample < last.atSample + Math.round(params.cooldownS * SAMPLE_RATE_HZ)
        if (isEarly) return false
        if (change.active && change.windows.length < params.hits) return false
        if (change.sinceSample > change.atSample) return false
        last = change
      }
      return true
    }),
  )
})
