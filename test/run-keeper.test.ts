import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ModelError } from '../src/errors.js'
import { StateFile } from '../src/ops/state-file.js'
import { RunKeeper } from '../src/run-keeper.js'
import { FakeClock } from './support/fake-clock.js'
import { recordingLogger } from './support/recording-logger.js'

const MINUTE_S = 60

/** A machine on which the agent is started again and again. */
class Machine {
  readonly log = recordingLogger()
  readonly clock = new FakeClock()
  boot = 'boot-1'
  version = '0.1.0'
  uptimeS = 100

  constructor(readonly folder: string) {}

  start(): RunKeeper {
    return new RunKeeper({
      file: new StateFile(this.folder, 'run.json'),
      lastExitFile: new StateFile(this.folder, 'last-exit'),
      bootId: '7d0f3b52-3a5c-4c3c-9d3e-0a4f5d0b8c11',
      version: this.version,
      machineBoot: this.boot,
      machineUptimeS: () => this.uptimeS,
      clock: this.clock,
      log: this.log,
    })
  }

  /** Starts it, and lets it be killed after so long. */
  crashAfter(minutes: number): RunKeeper {
    const run = this.start()
    this.uptimeS += minutes * MINUTE_S
    return run
  }

  get kept(): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.folder, 'run.json'), 'utf8')) as Record<string, unknown>
  }
}

t.test('the first start knows of nothing, and a clean end leaves nothing to say', async (t) => {
  const machine = new Machine(t.testdir())
  const first = machine.start()
  t.equal(first.unclean, null)
  t.match(machine.kept, { clean: false, version: '0.1.0', time: '2026-11-21T08:00:00.000Z', error: null })
  first.ended()
  t.match(machine.kept, { clean: true })
  t.equal(machine.start().unclean, null)
})

t.test('an error is kept in one line, without what stands in an address for a password', async (t) => {
  const machine = new Machine(t.testdir())
  const run = machine.start()
  run.failed(new Error('cannot reach\nmqtt://bus:geheim@host:1883/ twice'))
  run.failed(new ModelError('MODEL_HASH', 'the first error counts'))
  run.ended()
  t.notMatch(JSON.stringify(machine.kept), 'geheim')
  t.same(machine.start().unclean, {
    cause: 'error',
    code: 'INTERNAL_UNEXPECTED',
    message: 'cannot reach mqtt://***@host:1883/ twice',
    timeMs: machine.clock.nowMs(),
  })
})

t.test('what systemd left is read once, whatever it is', async (t) => {
  const machine = new Machine(t.testdir())
  machine.start()
  const path = join(machine.folder, 'last-exit')
  writeFileSync(path, 'watchdog killed ABRT\n')
  t.match(machine.start().unclean, { cause: 'watchdog', code: 'ABRT', timeMs: Number })
  t.notOk(existsSync(path))
  writeFileSync(path, Buffer.alloc(10_000, 'x'))
  t.match(machine.start().unclean, { cause: 'unknown' })
  t.notOk(existsSync(path))
})

t.test('after four crashes of short runs it rests, each time twice as long, up to an hour', async (t) => {
  const machine = new Machine(t.testdir())
  for (let i = 0; i < 4; i++) t.equal(machine.crashAfter(1).pauseMs, undefined, `start ${i + 1}`)
  for (const minutes of [10, 20, 40, 60, 60]) {
    const run = machine.start()
    t.equal(run.pauseMs, minutes * 60_000)
    machine.uptimeS += minutes * MINUTE_S
    run.resume()
    t.equal(run.pauseMs, undefined)
    machine.uptimeS += MINUTE_S
  }
})

t.test('a crash while it rests does not end the rest', async (t) => {
  const machine = new Machine(t.testdir())
  for (let i = 0; i < 4; i++) machine.crashAfter(1)
  t.equal(machine.crashAfter(1).pauseMs, 600_000)
  t.equal(machine.start().pauseMs, 1_200_000)
})

t.test('a long run, a clean end, a reboot and another version clear the count', async (t) => {
  const clear: Record<string, (machine: Machine) => void> = {
    'a long run': (machine) => machine.crashAfter(10),
    'a clean end': (machine) => machine.start().ended(),
    'a reboot': (machine) => {
      machine.start()
      machine.boot = 'boot-2'
    },
    'another version': (machine) => {
      machine.start()
      machine.version = '0.2.0'
    },
    'an error that somebody has to mend': (machine) =>
      machine.start().failed(new ModelError('MODEL_HASH', 'x')),
    'a long run after a rest': (machine) => {
      machine.crashAfter(1)
      const run = machine.start()
      t.not(run.pauseMs, undefined)
      run.resume()
      machine.uptimeS += 10 * MINUTE_S
    },
  }
  for (const [what, does] of Object.entries(clear)) {
    const machine = new Machine(t.testdir({}))
    for (let i = 0; i < 3; i++) machine.crashAfter(1)
    does(machine)
    machine.crashAfter(1)
    t.match(machine.kept, { crashes: 0, pauses: 0 }, what)
    t.equal(machine.start().pauseMs, undefined, what)
    t.match(machine.kept, { crashes: 1 }, 'and a short one counts again')
  }
})

t.test('a power cut is told as one', async (t) => {
  const machine = new Machine(t.testdir())
  machine.start()
  machine.boot = 'boot-2'
  t.match(machine.start().unclean, { cause: 'power', code: null, timeMs: null })
})

t.test('what cannot be read or written is said, and the agent starts all the same', async (t) => {
  const machine = new Machine(t.testdir({ 'run.json': '{"schema":"affectd.run/1"}' }))
  t.equal(machine.start().unclean, null)
  t.match(machine.log.lines, [{ fields: { code: 'CRASH_RECORD_REFUSED' } }])
  const nowhere = new Machine(join(t.testdir({ taken: '' }), 'taken'))
  t.equal(nowhere.start().pauseMs, undefined)
  t.ok(nowhere.log.lines.some(({ fields }) => fields['code'] === 'CRASH_RECORD_UNWRITABLE'))
})
