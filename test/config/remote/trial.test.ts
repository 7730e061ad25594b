import t from 'tap'
import { Trial, type TrialStep, type Vital } from '../../../src/config/remote/trial.js'

const GRACE_MS = 5000

/** Plays a trial second by second: `works` says how the vitals are under the configuration in force. */
function play(
  watched: readonly Vital[],
  works: (second: number, inForce: 'old' | 'new') => Partial<Record<Vital, boolean>>,
  seconds = 200,
): { readonly steps: readonly string[]; readonly last: TrialStep } {
  const trial = new Trial({ watched, trialMs: 20_000, graceMs: GRACE_MS, nowMs: 0 })
  const steps: string[] = []
  let inForce: 'old' | 'new' = 'new'
  let last: TrialStep = { kind: 'wait' }
  for (let second = 1; second <= seconds; second++) {
    last = trial.observe(1000 * second, { capture: true, broker: true, ...works(second, inForce) })
    if (last.kind === 'swap') inForce = last.to
    if (last.kind !== 'wait') steps.push(`${second} ${last.kind}${last.kind === 'swap' ? ` ${last.to}` : ''}`)
    if (last.kind === 'confirm' || last.kind === 'roll_back') break
  }
  return { steps, last }
}

t.test('what works to the end is confirmed', async (t) => {
  t.same(play(['capture', 'broker'], () => ({})).steps, ['20 confirm'])
})

t.test('what takes less than the grace to come up is confirmed in time', async (t) => {
  t.same(play(['capture'], (second) => ({ capture: second > 4 })).steps, ['20 confirm'])
})

t.test(
  'what fails under the new configuration alone is rolled back, after it was tried once more',
  async (t) => {
    const { steps, last } = play(['broker'], (_, inForce) => ({ broker: inForce === 'old' }))
    t.same(steps, ['6 swap old', '7 swap new', '13 roll_back'])
    t.match(last, { broken: 'broker' })
  },
)

t.test('what fails only later in the trial is rolled back too', async (t) => {
  const { steps } = play(['capture'], (second, inForce) => ({ capture: inForce === 'old' || second < 12 }))
  t.same(steps, ['17 swap old', '18 swap new', '24 roll_back'])
})

t.test(
  'an outage under both rolls nothing back, is probed ever more rarely, and is waited out',
  async (t) => {
    const { steps } = play(['broker'], (second) => ({ broker: second > 100 }))
    t.notOk(steps.some((step) => step.includes('roll_back')))
    t.match(steps.at(-1), /confirm$/)
    const probes = steps.filter((step) => step.endsWith('old')).map((step) => Number.parseInt(step))
    t.ok((probes[1] as number) - (probes[0] as number) > GRACE_MS / 500, 'with more patience each time')
  },
)

t.test('an outage that ends just while the old configuration is tried rolls nothing back', async (t) => {
  const { steps } = play(['broker'], (second) => ({ broker: second > 8 }))
  t.same(steps.slice(0, 2), ['6 swap old', '9 swap new'])
  t.match(steps.at(-1), /confirm$/)
})

t.test('what the revision does not touch is not watched', async (t) => {
  t.same(play(['capture'], () => ({ broker: false })).steps, ['20 confirm'])
})
