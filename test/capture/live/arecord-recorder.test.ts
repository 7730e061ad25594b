import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { CaptureDevice } from '../../../src/capture/devices/capture-device.js'
import type { FindDevice } from '../../../src/capture/live/find-device.js'
import { CaptureError } from '../../../src/errors.js'
import { createArecordRecorder } from '../../../src/capture/live/arecord-recorder.js'
import { heardBytes } from '../../support/heard-bytes.js'

/** A stand-in for arecord: a shell script. */
function fakeArecord(t: Test, script: string): string {
  const path = join(t.testdir(), 'arecord')
  writeFileSync(path, `#!/bin/sh\ncd "$(dirname "$0")"\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** @returns bytes heard until the recording ended */
const record = (command: string): Promise<number> =>
  heardBytes(createArecordRecorder({ command, pcm: 'plughw:CARD=Mic' }))

t.test('the device is asked for what the pipeline takes', async (t) => {
  const command = fakeArecord(t, 'echo "$@" > arguments')
  await t.rejects(record(command), { code: 'CAPTURE_DEVICE_FAILED' })
  t.equal(
    readFileSync(join(t.testdirName, 'arguments'), 'utf8').trim(),
    '-q -t raw -f S16_LE -r 16000 -c 1 -D plughw:CARD=Mic --period-time 20000 --buffer-time 1000000',
  )
})

t.test('a device that refuses 16 kHz mono is opened as it likes', async (t) => {
  const command = fakeArecord(
    t,
    'case "$*" in *"-r 48000 -c 2"*) head -c 8000 /dev/zero;; *) echo "arecord: set_params: Channels count non available" >&2; exit 1;; esac',
  )
  const recording = await createArecordRecorder({ command }).record(new AbortController().signal)
  t.same([recording.rateHz, recording.channels], [48_000, 2])
  await recording.close()
})

t.test('a device that fails is reported with the last line it wrote', async (t) => {
  const command = fakeArecord(
    t,
    'head -c 1500 /dev/zero; echo noise >&2; echo "arecord: Device busy" >&2; exit 1',
  )
  await t.rejects(record(command), {
    code: 'CAPTURE_DEVICE_FAILED',
    exitCode: 69,
    message: /ended with status 1 on capture device 'plughw:CARD=Mic': arecord: Device busy$/,
  })
})

t.test('a device that may not be opened is reported with the group that may', async (t) => {
  const command = fakeArecord(t, 'echo "arecord: main:830: audio open error: Permission denied" >&2; exit 1')
  await t.rejects(record(command), { message: /must be in the group audio$/ })
})

t.test('a recorder that is killed is reported with the signal', async (t) => {
  await t.rejects(record(fakeArecord(t, 'kill -9 $$')), { message: /was ended by SIGKILL/ })
})

t.test('a missing program is reported with what to install', async (t) => {
  await t.rejects(record(join(t.testdir(), 'nowhere')), {
    code: 'CAPTURE_NO_ARECORD',
    exitCode: 69,
    message: /\(ENOENT\): install alsa-utils/,
  })
})

t.test('aborting ends the recording without error and the child with it', async (t) => {
  const command = fakeArecord(
    t,
    'trap "touch ended; exit 0" TERM\nhead -c 640 /dev/zero\nwhile :; do sleep 0.01; done',
  )
  const controller = new AbortController()
  const recording = await createArecordRecorder({ command }).record(controller.signal)
  const blocks = recording.blocks()[Symbol.asyncIterator]()
  t.notOk((await blocks.next()).done)
  const waiting = blocks.next()
  controller.abort()
  t.ok((await waiting).done)
  await recording.close()
  t.ok(existsSync(join(t.testdirName, 'ended')))
})

t.test('a child that ignores SIGTERM is killed, and one that gives nothing is given up', async (t) => {
  const command = fakeArecord(t, 'trap "" TERM\nexec sleep 600')
  const controller = new AbortController()
  const opening = createArecordRecorder({ command }).record(controller.signal)
  controller.abort()
  await t.rejects(opening, { code: 'CAPTURE_DEVICE_FAILED' })
})

t.test('a process that the child leaves behind, holding its stderr, delays no end', async (t) => {
  const command = fakeArecord(t, 'sleep 600 >/dev/null &\necho $! >left\nhead -c 640 /dev/zero\nwait')
  const recording = await createArecordRecorder({ command }).record(new AbortController().signal)
  await recording.close()
  const left = Number(readFileSync(join(t.testdirName, 'left'), 'utf8'))
  t.teardown(() => process.kill(left))
})

t.test('a flood on stderr is no harm', async (t) => {
  const command = fakeArecord(
    t,
    'head -c 3000000 /dev/zero | tr "\\0" "x" >&2\nhead -c 6400 /dev/zero\nexit 3',
  )
  await t.rejects(record(command), { message: /ended with status 3/ })
})

t.test("a name that is not ALSA's own is looked for, and tried as it is where nothing fits", async (t) => {
  const command = fakeArecord(t, 'echo "$@" > arguments')
  const opened = async (pcm: string, find: FindDevice): Promise<string | undefined> => {
    const recorder = createArecordRecorder({ command, pcm, find })
    await t.rejects(recorder.record(new AbortController().signal), { code: 'CAPTURE_DEVICE_FAILED' })
    return /-D (\S+)/.exec(readFileSync(join(t.testdirName, 'arguments'), 'utf8'))?.[1]
  }
  const found: FindDevice = (wanted, backend) => {
    t.same([wanted, backend], ['usb mic', 'alsa'])
    return Promise.resolve({ name: 'plughw:CARD=Mic,DEV=0' } as CaptureDevice)
  }
  t.equal(await opened('usb mic', found), 'plughw:CARD=Mic,DEV=0')
  const failing =
    (code: string): FindDevice =>
    () =>
      Promise.reject(new CaptureError(code, 'choose one of'))
  t.equal(await opened('unlisted', failing('CAPTURE_NO_DEVICE')), 'unlisted')
  const recorder = createArecordRecorder({ command, pcm: 'mic', find: failing('CAPTURE_AMBIGUOUS_DEVICE') })
  await t.rejects(recorder.record(new AbortController().signal), {
    code: 'CAPTURE_AMBIGUOUS_DEVICE',
    exitCode: 69,
  })
})

t.test('a PCM name that could run a command is refused before anything starts', async (t) => {
  t.throws(() => createArecordRecorder({ pcm: "{type file slave.pcm null file '|sh'}" }), {
    code: 'CAPTURE_BAD_DEVICE',
  })
})
