import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createArecordSource } from '../../src/capture/arecord-source.js'

/** A stand-in for arecord: a shell script. */
function fakeArecord(t: Test, script: string): string {
  const path = join(t.testdir(), 'arecord')
  writeFileSync(path, `#!/bin/sh\ncd "$(dirname "$0")"\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

async function count(command: string, signal = new AbortController().signal): Promise<number> {
  let frames = 0
  for await (const frame of createArecordSource({ command, pcm: 'plughw:CARD=Mic' }).frames(signal)) {
    if (frame.startSample !== 320 * frames) throw new Error('startSample does not rise')
    frames++
  }
  return frames
}

t.test('the device is asked for what the pipeline takes', async (t) => {
  const command = fakeArecord(t, 'echo "$@" > arguments')
  await t.rejects(count(command), { code: 'CAPTURE_DEVICE_FAILED' })
  t.equal(
    readFileSync(join(t.testdirName, 'arguments'), 'utf8').trim(),
    '-q -t raw -f S16_LE -r 16000 -c 1 -D plughw:CARD=Mic',
  )
})

t.test('a device that fails is reported with the last line it wrote', async (t) => {
  const command = fakeArecord(
    t,
    'head -c 1500 /dev/zero; echo noise >&2; echo "arecord: Device busy" >&2; exit 1',
  )
  const frames: number[] = []
  const read = async (): Promise<void> => {
    const source = createArecordSource({ command })
    t.notOk(source.canWait)
    for await (const frame of source.frames(new AbortController().signal)) frames.push(frame.startSample)
  }
  await t.rejects(read(), {
    code: 'CAPTURE_DEVICE_FAILED',
    exitCode: 69,
    message: /ended with status 1 on capture device 'default': arecord: Device busy$/,
  })
  t.same(frames, [0, 320])
})

t.test('a recorder that is killed is reported with the signal', async (t) => {
  await t.rejects(count(fakeArecord(t, 'kill -9 $$')), { message: /was ended by SIGKILL/ })
})

t.test('a missing program is reported with what to install', async (t) => {
  await t.rejects(count(join(t.testdir(), 'nowhere')), {
    code: 'CAPTURE_NO_ARECORD',
    exitCode: 69,
    message: /\(ENOENT\): install alsa-utils/,
  })
})

t.test('aborting ends the stream without error and the child with it', async (t) => {
  const command = fakeArecord(
    t,
    'trap "touch ended; exit 0" TERM\nhead -c 640 /dev/zero\nwhile :; do sleep 0.01; done',
  )
  const controller = new AbortController()
  const frames = createArecordSource({ command }).frames(controller.signal)[Symbol.asyncIterator]()
  t.notOk((await frames.next()).done)
  const waiting = frames.next()
  controller.abort()
  t.ok((await waiting).done)
  t.ok(existsSync(join(t.testdirName, 'ended')))
  t.equal(await count(command, controller.signal), 0)
})

t.test('a child that ignores SIGTERM is killed', async (t) => {
  const command = fakeArecord(t, 'trap "" TERM\nhead -c 640 /dev/zero\nexec sleep 600')
  for await (const frame of createArecordSource({ command }).frames(new AbortController().signal)) {
    t.equal(frame.startSample, 0)
    break
  }
})

t.test('a process that the child leaves behind, holding its stderr, delays no end', async (t) => {
  const command = fakeArecord(t, 'sleep 600 >/dev/null &\necho $! >left\nhead -c 640 /dev/zero\nwait')
  for await (const frame of createArecordSource({ command }).frames(new AbortController().signal)) {
    t.equal(frame.startSample, 0)
    const left = Number(readFileSync(join(t.testdirName, 'left'), 'utf8'))
    t.teardown(() => process.kill(left))
    break
  }
})

t.test('a PCM name that could run a command is refused before anything starts', async (t) => {
  t.throws(() => createArecordSource({ pcm: "{type file slave.pcm null file '|sh'}" }), {
    code: 'CAPTURE_BAD_DEVICE',
  })
})
