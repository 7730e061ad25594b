import t from 'tap'
import type { AudioFrame, AudioSource } from '../../src/capture/audio-source.js'
import type { DeviceList } from '../../src/capture/devices/device-list.js'
import { withDefault } from '../../src/capture/devices/list-devices.js'
import type { SourceSpec } from '../../src/capture/source-spec.js'
import { devicesCommand, type DevicesDeps } from '../../src/cli/devices.js'
import { CaptureError } from '../../src/errors.js'
import { configuredSample, sampleDevice } from '../capture/devices/sample-machine.js'
import { demoSpeech } from '../support/demo-speech.js'
import { FakeClock } from '../support/fake-clock.js'
import { memoryIo, type MemoryIo } from '../support/memory-io.js'
import { framesOf, sequence, silence, sum, whiteNoise } from '../support/synthetic-audio.js'

const MIC = sampleDevice({ backends: ['alsa', 'portaudio'], portaudioName: 'USB: Audio (hw:1,0)' })
const TESTMIC = configuredSample('testmic', { description: 'test mic', backends: ['portaudio'] })
const LIST: DeviceList = { devices: withDefault([MIC, TESTMIC]), gaps: [] }

async function run(
  args: readonly string[],
  deps: Partial<DevicesDeps> = {},
  terminal: { readonly isTty?: boolean } = {},
): Promise<MemoryIo & { status: number }> {
  const io = memoryIo({}, terminal)
  const listing = { listDevices: () => Promise.resolve(LIST) }
  const status = await devicesCommand(args, io, { ...listing, ...deps })
  return Object.assign(io, { status })
}

/** A microphone that delivers these frames at their own pace by this clock, then hangs until it is told to end. */
function memoryMicrophone(frames: readonly AudioFrame[], clock: FakeClock, hangsMs = 0): AudioSource {
  return {
    name: 'memory',
    canWait: false,
    async *frames(signal) {
      for (const frame of frames) {
        if (signal.aborted) return
        yield frame
        clock.advance(20)
        await Promise.resolve()
      }
      clock.advance(hangsMs)
    },
  }
}

t.test('the table names each device and marks the one that the configuration selects', async (t) => {
  const { stdout, stderr, status } = await run([])
  t.equal(status, 0)
  t.same(stdout.split('\n'), [
    '   name                      description                      USB                   Hz           channels  through',
    '*  plughw:CARD=Device,DEV=0  USB PnP Sound Device, USB Audio  usb-0000:01:00.0-1.4  44100 48000  1         alsa portaudio',
    '   testmic                   test mic                                               ?            ?         portaudio',
    '',
  ])
  t.equal(stderr, '')
})

t.test('the mark follows the configuration', async (t) => {
  const selected = async (...settings: string[]) => {
    const io = await run(['--json', ...settings.flatMap((setting) => ['--set', setting])])
    const entries = JSON.parse(io.stdout) as { readonly name: string; readonly selected: boolean }[]
    return (
      entries
        .filter((entry) => entry.selected)
        .map(({ name }) => name)
        .join() || io.stderr
    )
  }
  t.equal(await selected(), MIC.name)
  t.equal(await selected('capture.source=portaudio:testmic'), 'testmic')
  t.equal(await selected('capture.source=portaudio', 'capture.device=test'), 'testmic')
  t.equal(await selected('capture.device=test'), 'testmic')
  t.equal(await selected('capture.source=arecord:hw:1,0'), MIC.name)
  t.match(
    await selected('capture.source=arecord:testmic'),
    /selects none of them: there is no capture device/,
  )
  t.match(await selected('capture.source=file:x.wav'), /listens to none of them: capture.source is file/)
})

t.test('auto marks what arecord would open where there is no PortAudio', async (t) => {
  const gaps = [{ kind: 'no_portaudio', text: 'naudiodon is not installed' }] as const
  const devices = [sampleDevice({ isDefault: true }), configuredSample('odd', { backends: [] })]
  const io = await run([], { listDevices: () => Promise.resolve({ devices, gaps }) })
  t.match(io.stdout, /^\* {2}plughw:CARD=Device,DEV=0/m)
  t.equal(io.stderr, 'naudiodon is not installed\n')
})

t.test('--json says all that is known', async (t) => {
  t.same(JSON.parse((await run(['--json'])).stdout)[0], {
    name: 'plughw:CARD=Device,DEV=0',
    description: 'USB PnP Sound Device, USB Audio',
    card_id: 'Device',
    usb_path: 'usb-0000:01:00.0-1.4',
    backends: ['alsa', 'portaudio'],
    portaudio_name: 'USB: Audio (hw:1,0)',
    rates_hz: [44_100, 48_000],
    rates_continuous: false,
    channels: [1],
    default: true,
    selected: true,
  })
})

t.test('what is missing from the list is said on stderr', async (t) => {
  const gaps = [{ kind: 'no_arecord', text: 'install alsa-utils' }] as const
  const io = await run([], { listDevices: () => Promise.resolve({ ...LIST, gaps }) })
  t.match(io, { status: 0, stderr: 'install alsa-utils\n' })
})

t.test('a continuous rate is a range', async (t) => {
  const devices = [sampleDevice({ ratesHz: [8000, 48_000], isRateContinuous: true })]
  const { stdout } = await run([], { listDevices: () => Promise.resolve({ devices, gaps: [] }) })
  t.match(stdout, '8000–48000')
})

t.test('nothing that can capture is status 69, with what to check', async (t) => {
  const listing = (...gaps: DeviceList['gaps']) => ({ listDevices: async () => ({ devices: [], gaps }) })
  const card = { kind: 'no_sound_card', text: 'no sound card: plug one in' } as const
  const rights = { kind: 'no_permission', text: 'add the user to the group audio' } as const
  for (const args of [[], ['--json'], ['--test', '']]) {
    await t.rejects(run(args, listing(card)), {
      code: 'CAPTURE_NO_SOUND_CARD',
      exitCode: 69,
      message: /plug one in/,
    })
    await t.rejects(run(args, listing(card, rights)), {
      code: 'CAPTURE_NO_PERMISSION',
      message: /group audio/,
    })
  }
})

t.test('wrong usage is refused', async (t) => {
  const cases = [
    ['x'],
    ['--seconds', '3'],
    ['--test', 'x', '--json'],
    ...['0', '-1', 'x', '', '90000', 'Infinity'].map((seconds) => ['--test', 'x', `--seconds=${seconds}`]),
  ]
  for (const args of cases)
    await t.rejects(run(args), { code: 'USAGE_ARGUMENTS', exitCode: 64 }, args.join(' '))
})

t.test('--test takes any name that a configuration takes, and the backend that has it', async (t) => {
  const opened: SourceSpec[] = []
  const openSource = (spec: SourceSpec): AudioSource => {
    opened.push(spec)
    return memoryMicrophone(framesOf(silence, 0.1), new FakeClock())
  }
  for (const name of ['', 'usb pnp', 'test mic']) {
    await run(['--test', name], { openSource, clock: new FakeClock() })
  }
  await run(['--test', '', '--set', 'capture.source=arecord'], { openSource, clock: new FakeClock() })
  const alsaOnly = { devices: [sampleDevice()], gaps: [] }
  await run(['--test', 'usb-1.4'], {
    openSource,
    clock: new FakeClock(),
    listDevices: () => Promise.resolve(alsaOnly),
  })
  t.same(opened, [
    { kind: 'portaudio', device: MIC.name },
    { kind: 'portaudio', device: MIC.name },
    { kind: 'portaudio', device: 'testmic' },
    { kind: 'arecord', pcm: MIC.name },
    { kind: 'arecord', pcm: MIC.name },
  ])
  await t.rejects(run(['--test', 'nowhere']), { code: 'CAPTURE_NO_DEVICE', exitCode: 78, message: /testmic/ })
  await t.rejects(run(['--test', 'a|b']), { code: 'CAPTURE_BAD_DEVICE' })
})

t.test('elsewhere than on a terminal the meter is a plain line a second, and a verdict', async (t) => {
  const clock = new FakeClock()
  const room = sum(whiteNoise(0.0005), sequence([silence, 2], [await demoSpeech(), 3.5], [silence, 2]))
  const openSource = () => memoryMicrophone(framesOf(room, 7.5), clock)
  const { stdout, stderr } = await run(['--test', 'testmic'], { openSource, clock })
  t.match(stderr, /^memory, test mic; speak/)
  const lines = stdout.trimEnd().split('\n')
  const meter = lines.filter((line) => line.includes('dBFS  peak'))
  t.equal(meter.length, 7)
  t.match(meter[0], /^█*░+ +−6\d\.\d dBFS  peak .* noise +−\d\d\.\d  pause   0 decisions$/)
  t.ok(meter.some((line) => line.includes('speech')))
  t.match(lines.at(-1), /^heard 7\.5 s: [12] decisions?, speech at −\d+\.\d dBFS, \d+\.\d dB over the noise$/)
  t.notOk(stdout.includes('\u001b'))
  t.equal(clock.timers, 0)
})

t.test('on a terminal it is one line, drawn ten times a second', async (t) => {
  const clock = new FakeClock()
  const openSource = () => memoryMicrophone(framesOf(whiteNoise(0.01), 3), clock)
  const { stdout } = await run(['--test', 'testmic'], { openSource, clock }, { isTty: true })
  t.equal(stdout.split('\r\u001b[K').length - 1, 30)
  t.match(stdout, /\d\n?heard 3\.0 s|decisions\nheard 3\.0 s/)
})

t.test('a device that hangs is seen to', async (t) => {
  const clock = new FakeClock()
  const openSource = () => memoryMicrophone(framesOf(silence, 1), clock, 3000)
  const { stdout } = await run(['--test', 'testmic'], { openSource, clock })
  t.match(stdout, /pause   0 decisions\nno audio for 1 s\nno audio for 2 s\nno audio for 3 s\nheard 1\.0 s/)
})

t.test('--seconds and Ctrl-C end it without error', async (t) => {
  const clock = new FakeClock()
  const openSource = () => memoryMicrophone(framesOf(silence, 60), clock)
  const timed = await run(['--test', 'testmic', '--seconds', '2.5'], { openSource, clock })
  t.match(timed, { status: 0, stdout: /heard 2\.5 s: 0 decisions\nnothing but digital silence/ })

  const stop = new AbortController()
  clock.after(1500, () => stop.abort())
  const stopped = await run(['--test', 'testmic'], { openSource, clock, stop: stop.signal })
  t.match(stopped, { status: 0, stdout: /heard 1\.5 s/ })
  t.equal(clock.timers, 0)
})

t.test('a device that fails, or delivers nothing at all, is status 69', async (t) => {
  const clock = new FakeClock()
  const failing: AudioSource = {
    ...memoryMicrophone([], clock),
    async *frames() {
      yield* framesOf(silence, 1)
      throw new CaptureError('CAPTURE_DEVICE_FAILED', 'unplugged')
    },
  }
  await t.rejects(run(['--test', 'testmic'], { openSource: () => failing, clock }), { message: 'unplugged' })
  const dead = () => memoryMicrophone([], clock, 5000)
  await t.rejects(run(['--test', 'testmic', '--seconds', '2'], { openSource: dead, clock }), {
    code: 'CAPTURE_DEVICE_FAILED',
    exitCode: 69,
    message: 'memory delivered no audio',
  })
  const forEver: AudioSource = {
    ...dead(),
    async *frames(signal) {
      while (!signal.aborted) {
        clock.advance(1000)
        await Promise.resolve()
      }
      yield* []
    },
  }
  const before = clock.monotonicMs()
  await t.rejects(run(['--test', 'testmic'], { openSource: () => forEver, clock }), {
    code: 'CAPTURE_DEVICE_FAILED',
  })
  t.equal(clock.monotonicMs() - before, 10_000)
  t.equal(clock.timers, 0)
})
