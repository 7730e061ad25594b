import t from 'tap'
import { createAutoRecorder } from '../../../src/capture/live/auto-recorder.js'
import type { Recorder, Recording } from '../../../src/capture/live/recorder.js'
import { CaptureError } from '../../../src/errors.js'

const signal = new AbortController().signal
const recording = {} as Recording

/** Fails as told, one attempt after the other; then it records. */
function recorder(name: string, ...codes: string[]): Recorder & { attempts: number } {
  const self = {
    name,
    attempts: 0,
    record: () => {
      const code = codes[self.attempts++]
      return code === undefined ? Promise.resolve(recording) : Promise.reject(new CaptureError(code, 'no'))
    },
  }
  return self
}

t.test('PortAudio is taken where it can be loaded, whatever its device does', async (t) => {
  const [portaudio, arecord] = [recorder('portaudio', 'CAPTURE_DEVICE_FAILED'), recorder('arecord:default')]
  const auto = createAutoRecorder(portaudio, arecord, () => t.fail('no fallback'))
  await t.rejects(auto.record(signal), { code: 'CAPTURE_DEVICE_FAILED' })
  t.equal(await auto.record(signal), recording)
  t.same([auto.name, arecord.attempts], ['portaudio', 0])
})

t.test('without PortAudio arecord is taken at once, and PortAudio not tried again', async (t) => {
  const [portaudio, arecord] = [
    recorder('portaudio', 'CAPTURE_NO_PORTAUDIO'),
    recorder('arecord:default', 'CAPTURE_DEVICE_FAILED'),
  ]
  const told: string[] = []
  const auto = createAutoRecorder(portaudio, arecord, ({ code }) => told.push(code))
  await t.rejects(auto.record(signal), { code: 'CAPTURE_DEVICE_FAILED' })
  t.equal(await auto.record(signal), recording)
  t.same([auto.name, portaudio.attempts, arecord.attempts], ['arecord:default', 1, 2])
  t.same(told, ['CAPTURE_NO_PORTAUDIO'])
})
