import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { CaptureDevice } from '../../../src/capture/devices/capture-device.js'
import { createPortaudioRecorder } from '../../../src/capture/live/portaudio-recorder.js'
import type { Recorder } from '../../../src/capture/live/recorder.js'
import { startPortaudio } from '../../../src/capture/portaudio-process.js'
import { parseChildMessage } from '../../../src/capture/portaudio-protocol.js'
import { heardBytes } from '../../support/heard-bytes.js'

const never = new AbortController().signal
const OPENED = `process.once('message', (request) => {
  process.send({ kind: 'opened', device: request.device, rateHz: 16000, channels: 1 })
  opened()
})`
/** Writes packets as the real child does. */
const WRITER = `import { Socket } from 'node:net'
const out = new Socket({ fd: 4, readable: false, writable: true })
out.on('error', () => process.exit(1))
const packet = (seq, bytes) => {
  const header = Buffer.alloc(20)
  header.write('AFPC', 0, 'latin1')
  header.writeUInt32LE(seq, 4)
  header.writeDoubleLE(seq * 20, 8)
  header.writeUInt32LE(bytes, 16)
  return Buffer.concat([header, Buffer.alloc(bytes, 1)])
}
`

/** A stand-in for the capture process: a script. */
function recorderWith(t: Test, script: string, name?: string): Recorder {
  const entry = join(t.testdir({ 'child.mjs': script }), 'child.mjs')
  const find = (wanted: string) =>
    Promise.resolve({ name: wanted, portaudioName: `${wanted} (hw:1,0)` } as CaptureDevice)
  return createPortaudioRecorder(name, find, () => startPortaudio(entry))
}

t.test('what the process captures is heard, under the name that PortAudio has for the device', async (t) => {
  const script = `${WRITER}
    const opened = () => undefined
    process.once('message', ({ device }) => {
      if (device !== 'mic (hw:1,0)') process.exit(9)
      process.send({ kind: 'opened', device, rateHz: 48000, channels: 2 })
      for (let n = 0; n < 5; n++) out.write(packet(n, 640))
    })`
  const recording = await recorderWith(t, script, 'mic').record(never)
  t.same([recording.rateHz, recording.channels], [48_000, 2])
  let total = 0
  for await (const { bytes, atMs } of recording.blocks()) {
    t.equal(atMs, (total / 640) * 20)
    total += bytes.length
    if (total === 5 * 640) break
  }
  await recording.close()
})

t.test('a process that cannot open says why', async (t) => {
  const saying = (code: string, text: string): string =>
    `process.once('message', () => process.send({ kind: 'failed', code: '${code}', text: '${text}' }))`
  await t.rejects(heardBytes(recorderWith(t, saying('no_device', 'there are: a, b'))), {
    code: 'CAPTURE_DEVICE_FAILED',
    message: 'there are: a, b',
  })
  await t.rejects(heardBytes(recorderWith(t, saying('no_portaudio', 'no module'))), {
    code: 'CAPTURE_NO_PORTAUDIO',
    message: /no module.*fix-portaudio/,
  })
})

t.test('a process that ends, at once or later, whatever its status, is a failure', async (t) => {
  const code = 'CAPTURE_DEVICE_FAILED'
  await t.rejects(heardBytes(recorderWith(t, 'process.exit(0)')), { code, message: /ended with status 0/ })
  await t.rejects(heardBytes(recorderWith(t, 'console.error("oh no"); process.exit(3)')), {
    code,
    message: /ended with status 3: oh no/,
  })
  const later = (how: string): string =>
    `${WRITER} const opened = () => { out.write(packet(0, 640), () => setTimeout(() => ${how}, 100)) }; ${OPENED}`
  await t.rejects(heardBytes(recorderWith(t, later('process.exit(0)'))), {
    code,
    message: /ended with status 0/,
  })
  await t.rejects(heardBytes(recorderWith(t, later('process.abort()'))), { code, message: /SIGABRT/ })
})

t.test('garbage, from either of its mouths, ends it', async (t) => {
  const code = 'CAPTURE_GARBAGE'
  await t.rejects(heardBytes(recorderWith(t, "process.once('message', () => process.send('hello'))")), {
    code,
  })
  const noise = `${WRITER} const opened = () => { out.write(Buffer.alloc(5000, 7)) }; ${OPENED}`
  await t.rejects(heardBytes(recorderWith(t, noise)), { code })
  const skipped = `${WRITER} const opened = () => { out.write(packet(0, 640)); out.write(packet(2, 640)) }; ${OPENED}`
  await t.rejects(heardBytes(recorderWith(t, skipped)), { code })
})

t.test('one that hangs, ignores SIGTERM and floods its outputs is ended', async (t) => {
  const script = `process.on('SIGTERM', () => undefined)
    process.stdout.write('x'.repeat(1e6)); process.stderr.write('y'.repeat(1e6))
    setInterval(() => undefined, 1000)`
  const controller = new AbortController()
  const recording = heardBytes(recorderWith(t, script), controller.signal)
  setTimeout(() => controller.abort(), 500)
  await t.rejects(recording, { code: 'CAPTURE_DEVICE_FAILED', message: /did not answer/ })
})

t.test('of what comes over IPC only what the process says is taken', async (t) => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const message = parseChildMessage(value)
      return message === null || ['devices', 'opened', 'failed'].includes(message.kind)
    }),
  )
  const spoilt: unknown[] = [
    { kind: 'opened', device: 7, rateHz: 16_000, channels: 1 },
    { kind: 'opened', device: 'a', rateHz: 0, channels: 1 },
    { kind: 'opened', device: 'a', rateHz: 16_000.5, channels: 1 },
    { kind: 'opened', device: 'a', rateHz: 16_000, channels: 100 },
    { kind: 'failed', code: 'other', text: '' },
    { kind: 'failed', code: 'refused' },
  ]
  for (const value of spoilt) t.equal(parseChildMessage(value), null, JSON.stringify(value))
})
