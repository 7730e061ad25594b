import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { InputError, InternalError } from '../src/errors.js'
import { deliveryRig, keptModels, type Parcel } from './support/delivery-rig.js'

t.test('a rollback goes back one by one to the released model', async (t) => {
  const made = deliveryRig(t).attach()
  t.throws(() => made.inForce.rollBack(), { code: 'MODEL_NOTHING_TO_ROLL_BACK' })
  await made.deliver(made.parcel('first'))
  made.clock.advance(600_000)
  await made.deliver(made.parcel('second'))
  made.inForce.rollBack()
  t.match(made.inForce.report, {
    id: 'first',
    origin: 'delivered',
    trialUntilMs: null,
    lastRollback: { id: 'second', code: 'MODEL_ROLLED_BACK_REQUEST' },
  })
  made.start().attach()
  t.equal(made.id, 'first')
  made.inForce.rollBack()
  t.match(made.inForce.report, { id: 'tiny-8', origin: 'released', lastRollback: { id: 'first' } })
  t.same(made.used, ['first', 'second', 'first', 'tiny-8'])
  t.throws(() => made.inForce.rollBack(), { code: 'MODEL_NOTHING_TO_ROLL_BACK' })
  t.same(keptModels(made), [])
  t.equal(await made.deliver(made.parcel('second')), 'in_force', 'what was rolled back may be sent again')
})

t.test('a model that throws or gives no number is rolled back within the window', async (t) => {
  const made = deliveryRig(t).attach()
  t.equal(made.inForce.modelFailed(new Error('x')), undefined, 'behind the released one there is none')
  await made.deliver(made.parcel('bad'))
  const instead = made.inForce.modelFailed(new InternalError('INTERNAL_NOT_FINITE', 'logit 3 is NaN'))
  t.equal(instead?.classifier.model.id, 'tiny-8')
  t.match(made.inForce.report, {
    id: 'tiny-8',
    lastRollback: { code: 'MODEL_ROLLED_BACK_FAULT', message: /NaN/ },
  })
  t.equal(made.says, 2, 'and it is told')
  t.equal(made.start().id, 'tiny-8')
})

t.test('a model that is too slow is rolled back; a few slow windows are not its fault', async (t) => {
  const made = deliveryRig(t).attach()
  await made.deliver(made.parcel('slow'))
  for (let n = 0; n < 40; n++) made.inForce.inferenceTook(n < 2 ? 5000 : 10)
  made.clock.advance(1000)
  t.equal(made.id, 'slow')
  for (let n = 0; n < 3; n++) made.inForce.inferenceTook(101)
  made.clock.advance(1000)
  t.match(made.inForce.report, { id: 'tiny-8', lastRollback: { code: 'MODEL_ROLLED_BACK_SLOW' } })
  t.same(made.used, ['slow', 'tiny-8'])
  t.equal(made.clock.timers, 0)
})

t.test('an agent that fails with a model on trial is built again with the one before', async (t) => {
  const made = deliveryRig(t).attach()
  const bug = new InternalError('INTERNAL_SHAPE', 'x')
  t.notOk(made.inForce.failed(bug), 'there is none on trial')
  await made.deliver(made.parcel('bad'))
  t.notOk(made.inForce.failed(new InputError('INPUT_EMPTY', 'x')), 'a recording is not its fault')
  t.ok(made.inForce.failed(bug))
  t.match(made.inForce.report, { id: 'tiny-8', lastRollback: { code: 'MODEL_ROLLED_BACK_FAULT' } })
})

t.test('a crash in the trial rolls back; a stop and a reboot do not', async (t) => {
  const made = deliveryRig(t).attach()
  await made.deliver(made.parcel('new'))
  made.clock.advance(100_000)
  made.stop()
  made.start().attach()
  t.equal(made.inForce.report.trialUntilMs, made.clock.nowMs() + 500_000, 'the trial goes on')
  made.start('boot-2').attach()
  t.equal(made.id, 'new', 'the power went')
  made.start('boot-2')
  t.match(made.inForce.report, { id: 'tiny-8', lastRollback: { id: 'new', code: 'MODEL_ROLLED_BACK_CRASH' } })
  t.equal(made.start('boot-2').id, 'tiny-8')
})

t.test('a machine that goes down again and again in the trial rolls back, too', async (t) => {
  const made = deliveryRig(t).attach()
  await made.deliver(made.parcel('new'))
  for (const boot of ['boot-2', 'boot-3']) t.equal(made.start(boot).id, 'new')
  t.equal(made.start('boot-4').id, 'tiny-8')
})

t.test(
  'at the start a damaged model gives way to the one before, and that to the released one',
  async (t) => {
    const made = deliveryRig(t).attach()
    const [first, second] = [made.parcel('first'), made.parcel('second')]
    await made.deliver(first)
    made.clock.advance(600_000)
    await made.deliver(second)
    made.clock.advance(600_000)
    const folder = ({ order }: Parcel): string => join(made.stateDir, 'models', order.sha256.slice(0, 16))
    writeFileSync(join(folder(second), 'weights.bin'), 'damaged')
    t.match(made.start().inForce.report, { id: 'first', lastRollback: { id: 'second', code: 'MODEL_HASH' } })
    t.match(made.log.lines.at(-1), { level: 'error', fields: { code: 'MODEL_HASH', model: 'second' } })
    rmSync(folder(first), { recursive: true })
    t.match(made.start().inForce.report, {
      id: 'tiny-8',
      lastRollback: { id: 'first', code: 'MODEL_NOT_FOUND' },
    })
  },
)

t.test('a key that was changed withdraws what was signed with the old one', async (t) => {
  const made = deliveryRig(t).attach()
  await made.deliver(made.parcel('old'))
  made.clock.advance(600_000)
  made.key = generateKeyPairSync('ed25519').publicKey
  t.match(made.start().inForce.report, { id: 'tiny-8', lastRollback: { code: 'MODEL_SIGNATURE' } })
})

t.test('another model in the folder than was installed there is not run', async (t) => {
  const made = deliveryRig(t).attach()
  const parcel = made.parcel('new')
  await made.deliver(parcel)
  made.clock.advance(600_000)
  for (const [name, content] of made.files('stranger')) {
    writeFileSync(join(made.stateDir, 'models', parcel.order.sha256.slice(0, 16), name), content)
  }
  t.match(made.start().inForce.report, { id: 'tiny-8', lastRollback: { code: 'MODEL_HASH' } })
})

t.test('what is kept of models is not trusted', async (t) => {
  const made = deliveryRig(t).attach()
  await made.deliver(made.parcel('new'))
  made.stop()
  const path = join(made.stateDir, 'models.json')
  const whole = readFileSync(path, 'utf8')
  const json = JSON.parse(whole) as Record<string, unknown>
  const damages = [
    '',
    '{',
    '[]',
    whole.slice(0, 100),
    whole.replace('affectd.models/1', 'affectd.models/2'),
    JSON.stringify({ ...json, active: { order: 7 } }),
    JSON.stringify({ ...json, active: null }),
    JSON.stringify({ ...json, trial: { remainingMs: -1 } }),
    JSON.stringify({ ...json, previous: {} }),
    JSON.stringify({ ...json, lastRollback: { id: 'x', code: 'X', message: 'x', timeMs: 1e99 } }),
    'x'.repeat(100_000),
  ]
  for (const text of damages) {
    writeFileSync(path, text)
    made.log.lines.length = 0
    t.equal(made.start().id, 'tiny-8', text.slice(0, 80))
    t.match(made.log.lines[0], { level: 'error', fields: { code: 'MODEL_STATE' } })
  }
})

t.test('the released model may be damaged while a delivered one runs', async (t) => {
  const made = deliveryRig(t).attach()
  await made.deliver(made.parcel('new'))
  made.clock.advance(600_000)
  writeFileSync(join(made.folder, 'released', 'weights.bin'), 'x')
  t.equal(made.start().attach().id, 'new')
  t.throws(() => made.inForce.rollBack(), { code: 'MODEL_NOTHING_TO_ROLL_BACK' })
  t.equal(made.id, 'new')
})

t.test('an agent that was built before the model changed gets the one in force', async (t) => {
  const made = deliveryRig(t)
  await made.deliver(made.parcel('new'))
  const released = made.inForce.report.id
  t.equal(released, 'new')
  made.attach({ model: made.inForce.model! })
  t.same(made.used, [])
  made.inForce.detach()
  made.inForce.rollBack()
  t.same(made.used, [], 'there was none to be told')
  made.attach({ model: { ...made.inForce.model!, classifier: { model: { id: 'x' } } as never } })
  t.same(made.used, ['tiny-8'])
})
