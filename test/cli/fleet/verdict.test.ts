import t from 'tap'
import type { Reported } from '../../../src/cli/fleet/reported.js'
import { verdictOf, type VerdictQuestion } from '../../../src/cli/fleet/verdict.js'

const NONE = { revision: 0, status: null, error: null } as const
const question: VerdictQuestion = { scope: 'device', revision: 8, waitConfirmed: false, before: undefined }

function reported(over: Partial<Reported>): Reported {
  return {
    device: NONE,
    group: NONE,
    groupName: null,
    confirmed: false,
    trialUntil: null,
    refused: null,
    effective: {},
    time: 't2',
    ...over,
  }
}

const device = (status: 'applied' | 'rejected' | 'rolled_back', revision = 8): Reported =>
  reported({ device: { revision, status, error: { code: 'C', message: 'm' } } })

t.test('a revision is waited for until the device has dealt with it', (t) => {
  t.equal(verdictOf(question, reported({})), undefined)
  t.equal(verdictOf(question, device('applied', 7)), undefined)
  t.match(verdictOf(question, device('applied')), { kind: 'applied', revision: 8 })
  t.match(verdictOf(question, device('rejected')), { kind: 'failed', error: { code: 'C', message: 'm' } })
  t.match(verdictOf(question, device('rolled_back')), { kind: 'failed', error: { code: 'C' } })
  t.match(verdictOf(question, device('applied', 9)), { kind: 'failed', error: { code: 'FLEET_SUPERSEDED' } })
  t.end()
})

t.test('applied is not confirmed', (t) => {
  const patient = { ...question, waitConfirmed: true }
  t.equal(verdictOf(patient, device('applied')), undefined)
  t.match(verdictOf(patient, { ...device('applied'), confirmed: true }), { kind: 'confirmed' })
  t.match(verdictOf(patient, device('rolled_back')), { kind: 'failed' })
  t.end()
})

t.test('a refusal counts if it is new, of this revision and of this scope', (t) => {
  const refused = { scope: 'device', revision: 8, error: { code: 'CONFIG_SIGNATURE', message: 'm' } } as const
  t.match(verdictOf(question, reported({ refused })), { kind: 'failed', error: { code: 'CONFIG_SIGNATURE' } })
  t.equal(
    verdictOf({ ...question, before: reported({ refused }) }, reported({ refused })),
    undefined,
    'was there before',
  )
  t.equal(verdictOf(question, reported({ refused: { ...refused, revision: 7 } })), undefined)
  t.equal(verdictOf({ ...question, scope: 'group' }, reported({ refused })), undefined)
  t.end()
})

t.test("a group's revision is the group's", (t) => {
  const group = { revision: 8, status: 'applied', error: null } as const
  t.match(verdictOf({ ...question, scope: 'group' }, reported({ group })), { kind: 'applied' })
  t.equal(verdictOf(question, reported({ group })), undefined)
  t.end()
})
