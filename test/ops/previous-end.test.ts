import t from 'tap'
import { parseLastExit } from '../../src/ops/last-exit.js'
import { previousEnd } from '../../src/ops/previous-end.js'
import type { RunRecord } from '../../src/ops/run-record.js'

const RECORD: RunRecord = {
  bootId: 'b',
  version: '0.1.0',
  machineBoot: 'boot-1',
  startedMs: 0,
  machineUptimeS: 10,
  clean: false,
  error: null,
  crashes: 0,
  pauses: 0,
}

function end(part: Partial<RunRecord> | undefined, line?: string, machineBoot = 'boot-1') {
  const lastExit = line === undefined ? undefined : parseLastExit(Buffer.from(line))
  return previousEnd({
    record: part && { ...RECORD, ...part },
    lastExit: lastExit && { ...lastExit, timeMs: 5 },
    machineBoot,
  })
}

t.test('an end is told by what the process and systemd left of it', async (t) => {
  const rows = [
    [end(undefined), null, null, false],
    [end({ clean: true }), null, null, false],
    [end({}, 'success exited 0'), null, null, false],
    [end({}, 'success killed TERM'), null, null, false],
    [end({}), 'unknown', null, true],
    [end({}, undefined, 'boot-2'), 'power', null, false],
    [end({ clean: true }, undefined, 'boot-2'), null, null, false],
    [end({}, 'watchdog killed ABRT'), 'watchdog', 'ABRT', true],
    [end({}, 'oom-kill killed KILL'), 'oom-kill', 'KILL', true],
    [end({}, 'signal killed SEGV'), 'signal', 'SEGV', true],
    [end({}, 'core-dump dumped ABRT'), 'signal', 'ABRT', true],
    [end({}, 'exit-code exited 134'), 'exit-code', '134', true],
    [end({}, 'exit-code exited 78'), 'exit-code', '78', false],
    [end(undefined, 'exit-code exited 78'), 'exit-code', '78', false],
    [end({ clean: true }, 'timeout killed KILL'), 'signal', 'KILL', true],
    [end({}, 'resources'), 'unknown', null, true],
    [end({}, 'constructor exited 1'), 'unknown', '1', true],
  ] as const
  for (const [{ unclean, isCrash }, cause, code, crash] of rows) {
    t.equal(unclean?.cause ?? null, cause)
    t.equal(unclean?.code ?? null, code)
    t.equal(isCrash, crash, String(cause))
  }
})

t.test("the process's own word comes first, and what somebody has to mend is no crash", async (t) => {
  const error = { code: 'INTERNAL_UNEXPECTED', message: 'x', timeMs: 3, exitCode: 70 }
  t.same(end({ error }, 'exit-code exited 70'), {
    unclean: { cause: 'error', code: 'INTERNAL_UNEXPECTED', message: 'x', timeMs: 3 },
    isCrash: true,
  })
  t.equal(end({ error: { ...error, code: 'MODEL_HASH', exitCode: 78 } }).isCrash, false)
})
