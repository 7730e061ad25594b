import t from 'tap'
import { AlertBoard } from '../../../src/affect/alerts/alert-board.js'
import type { AlertRule } from '../../../src/affect/alerts/alert-rule.js'
import { parseScore } from '../../../src/affect/alerts/alert-score.js'
import type { FatigueAssessment } from '../../../src/affect/fatigue/fatigue-assessment.js'
import type { Judgement } from '../../../src/affect/judgement.js'
import { SAMPLE_RATE_HZ } from '../../../src/units.js'
import { SAMPLE_JUDGEMENT } from '../../support/sample-messages.js'

function rule(kind: string, score: string, enter: number): AlertRule {
  const times = { withinS: 30, minDurationS: 0, cooldownS: 0 }
  return { kind, score, enter, exit: enter, hits: 1, of: 1, ...times }
}

/** A decision on the three seconds that end then. */
function decision(endS: number, fields: Partial<Judgement> = {}): Judgement {
  return { ...SAMPLE_JUDGEMENT, startSample: (endS - 3) * SAMPLE_RATE_HZ, ...fields }
}

const FATIGUE: FatigueAssessment = {
  atSample: 60 * SAMPLE_RATE_HZ,
  status: 'ok',
  reason: null,
  score: 0.7,
  z: 2,
  cusum: 5,
  raised: true,
  cues: { speech_rate: { z: 2, contribution: 0.5 } },
  baseline: { sessions: 4, speechMs: 900_000, frozen: true },
}

t.test('a score is a label, a sum of labels, a coordinate, its negative, or fatigue', async (t) => {
  const of = (text: string): number | undefined => {
    const score = parseScore(text)
    return score?.of === 'decision' ? score.scoreOf(SAMPLE_JUDGEMENT) : undefined
  }
  t.equal(of('angry'), 0.81)
  t.ok(Math.abs((of('angry+disgust+sad') ?? 0) - 0.84) < 1e-12)
  t.equal(of('arousal'), 0.6204)
  t.equal(of('-valence'), 0.5496)
  t.equal(of('bored'), 0, 'a label that the model does not have')
  t.equal(parseScore('fatigue')?.of, 'fatigue')
  for (const text of [
    '',
    '-angry',
    'angry+',
    'angry+angry',
    'angry+fatigue',
    'angry+arousal',
    'Angry',
    'a b',
    '--valence',
  ])
    t.equal(parseScore(text), undefined, JSON.stringify(text))
})

t.test('each rule goes by its own score', async (t) => {
  const board = new AlertBoard([
    rule('anger', 'angry', 0.8),
    rule('joy', 'happy', 0.5),
    rule('arousal', 'arousal', 0.6),
  ])
  t.strictSame(
    board.hear(decision(3)).map(({ rule: { kind }, active }) => [kind, active]),
    [
      ['anger', true],
      ['arousal', true],
    ],
  )
  t.strictSame(board.activeKinds, ['anger', 'arousal'])
})

t.test('a decision that abstains does not count: its time passes like silence', async (t) => {
  const board = new AlertBoard([rule('anger', 'angry', 0.8)])
  t.strictSame(board.hear(decision(3, { abstained: true, abstainReason: 'low_snr' })), [])
  board.hear(decision(6))
  const changes = board.hear(decision(60, { abstained: true, abstainReason: 'low_snr' }))
  t.match(changes, [{ active: false, endedBy: 'silence', atSample: 36 * SAMPLE_RATE_HZ }])
})

t.test('fatigue is raised by what the indicator says, with its cues', async (t) => {
  const board = new AlertBoard([rule('fatigue', 'fatigue', 0.5), rule('anger', 'angry', 0.9)])
  t.strictSame(
    board.hearFatigue({ ...FATIGUE, status: 'insufficient_data', score: null }),
    [],
    'it says nothing',
  )
  t.match(board.hearFatigue(FATIGUE), [
    { active: true, score: 0.7, rule: { kind: 'fatigue' }, fatigue: FATIGUE },
  ])
  t.strictSame(board.hear(decision(63)), [], 'a decision is no assessment')
})

t.test('decisions let the time of a fatigue alert pass too', async (t) => {
  const board = new AlertBoard([rule('fatigue', 'fatigue', 0.5)])
  board.hearFatigue(FATIGUE)
  t.match(board.hear(decision(100)), [{ active: false, endedBy: 'silence', fatigue: null }])
})

t.test('all that is active is cut off at once', async (t) => {
  const board = new AlertBoard([rule('anger', 'angry', 0.8), rule('arousal', 'arousal', 0.6)])
  board.hear(decision(3))
  t.match(board.cutAll(4 * SAMPLE_RATE_HZ, 'shutdown'), [{ endedBy: 'shutdown' }, { endedBy: 'shutdown' }])
  t.strictSame(board.activeKinds, [])
})
