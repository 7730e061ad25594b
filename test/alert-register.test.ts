import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { AlertRegister } from '../src/alert-register.js'
import { PublishError } from '../src/errors.js'
import { StateFile } from '../src/ops/state-file.js'
import { alertEvent, type AlertEvent } from '../src/publish/alert-event.js'
import {
  encodeRaisedAlerts,
  overEvent,
  parseRaisedAlerts,
  raisedAlert,
} from '../src/publish/raised-alerts.js'
import { recordingLogger } from './support/recording-logger.js'
import { SAMPLE_ALERT, SAMPLE_NOW_MS, SAMPLE_STAMP } from './support/sample-messages.js'

const RAISED = alertEvent(SAMPLE_ALERT, SAMPLE_STAMP, SAMPLE_NOW_MS)
const OVER: AlertEvent = { ...RAISED, active: false }

function register(folder: string) {
  const log = recordingLogger()
  const file = new StateFile(folder, 'alerts.json')
  return { log, path: file.path, register: new AlertRegister(file, log) }
}

t.test('an alert that was active when the process was killed is known to the next one', async (t) => {
  const folder = t.testdir()
  register(folder).register.note(RAISED)
  const { register: next, log } = register(folder)
  const [leftover] = next.takeLeftovers()
  t.same(leftover, raisedAlert(RAISED))
  t.same(log.lines, [])
  const said = leftover && overEvent(leftover, { ...SAMPLE_STAMP, seq: 1 }, SAMPLE_NOW_MS)
  t.match(said, {
    kind: 'fatigue',
    active: false,
    since: RAISED.since,
    evidence: { ended_by: 'restart', windows: [] },
  })
})

t.test('what is over is not written at once, since its word may be lost with the power', async (t) => {
  const folder = t.testdir()
  const { register: first } = register(folder)
  first.note(RAISED)
  first.note(OVER)
  t.equal(register(folder).register.takeLeftovers().length, 1, 'killed now, it is said to be over once more')
  first.close()
  t.notOk(existsSync(join(folder, 'alerts.json')))
})

t.test('leftovers that were said to be over are forgotten at the end', async (t) => {
  const folder = t.testdir()
  register(folder).register.note(RAISED)
  const { register: next, path } = register(folder)
  next.takeLeftovers()
  t.ok(existsSync(path), 'not before')
  next.close()
  t.notOk(existsSync(path))
})

t.test('another agent of the same process does not take what is active for left over', async (t) => {
  const { register: session } = register(t.testdir())
  session.takeLeftovers()
  session.note(RAISED)
  t.same(session.takeLeftovers(), [])
})

t.test('a damaged file is told of, and costs nothing but what it knew', async (t) => {
  const { register: damaged, path, log } = register(t.testdir())
  writeFileSync(path, 'damaged')
  t.same(damaged.takeLeftovers(), [])
  t.match(log.lines, [{ level: 'warn', fields: { code: 'ALERTS_REFUSED' } }])
})

t.test('a folder that cannot be written is told of once', async (t) => {
  const folder = t.testdir({ taken: '' })
  const { register: unwritable, log } = register(join(folder, 'taken'))
  unwritable.note(RAISED)
  unwritable.note(RAISED)
  t.match(log.lines, [{ level: 'warn', fields: { code: 'ALERTS_UNWRITABLE' } }])
  t.equal(log.lines.length, 1)
})

t.test('what was written is read, and anything else is refused', async (t) => {
  const written = encodeRaisedAlerts([raisedAlert(RAISED)])
  const read = (text: string): unknown => parseRaisedAlerts(Buffer.from(text))
  t.same(read(written), [raisedAlert(RAISED)])
  const isRefused = (text: string): boolean => {
    try {
      read(text)
      return true
    } catch (error) {
      return error instanceof PublishError && error.code === 'ALERTS_REFUSED'
    }
  }
  fc.assert(fc.property(fc.json(), isRefused))
  fc.assert(
    fc.property(fc.nat(written.length - 1), fc.string({ maxLength: 3 }), (at, put) =>
      isRefused(written.slice(0, at) + put + written.slice(at + 1)),
    ),
  )
  t.throws(() => read(written.replace('"fatigue"', '"a/b"')), { code: 'ALERTS_REFUSED' })
  t.throws(() => read(written.replace('2026', '2O26')), { code: 'ALERTS_REFUSED' })
})
