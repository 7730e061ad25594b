import type { AudioSource } from '../capture/audio-source.js'
import { createAudioSource } from '../capture/create-source.js'
import type { CaptureDevice } from '../capture/devices/capture-device.js'
import type { DeviceList } from '../capture/devices/device-list.js'
import { listDevices, noDevices } from '../capture/devices/list-devices.js'
import { resolveDevice } from '../capture/devices/resolve-device.js'
import type { SourceSpec } from '../capture/source-spec.js'
import type { Config } from '../config/config.js'
import { ConfigError, UsageError } from '../errors.js'
import { loadGates } from '../gate/load-gates.js'
import { createGate } from '../gate/segmenter.js'
import { systemClock, type Clock } from '../ops/clock.js'
import { createLogger } from '../ops/logger.js'
import { checkSettings } from './check-settings.js'
import { deviceJson, deviceTable } from './device-table.js'
import { testDevice } from './device-test.js'
import type { CommandIo } from './io.js'
import { LevelMeter } from './level-meter.js'
import { loadSettings, SETTING_OPTIONS, SETTINGS_HELP } from './load-settings.js'
import { meterVerdict } from './meter-text.js'
import { parseOptions, refusePositionals } from './parse-options.js'
import { captureParamsOf, gateSettingsOf } from './stage-params.js'
import { createStopSignal } from './stop-signal.js'

const MAX_SECONDS = 86_400

export const DEVICES_HELP = `Usage: affectd devices [--json] [--config FILE] [--set key=value]…
       affectd devices --test NAME [--seconds N] [--config FILE] [--set key=value]…

Lists what can capture audio, of ALSA and of PortAudio, by names that survive a reboot; * marks the one that the
configuration selects. Any of them can be capture.device, and so can a USB path, a part of a name or description that
fits one device only, or default.

  --json       for programs
  --test NAME  shows live level, noise floor and what the gate makes of it, to place a microphone by; default or '' is
               the default device. Ctrl-C ends it
  --seconds N  ends the test by itself

${SETTINGS_HELP}
Exits 69 if nothing here can capture audio, or if the device under test fails.
`

/** What the command asks of the machine. Tests pass their own. */
export interface DevicesDeps {
  readonly listDevices: (signal?: AbortSignal) => Promise<DeviceList>
  readonly openSource: (spec: SourceSpec, config: Config, io: CommandIo) => AudioSource
  readonly clock: Clock
  /** Ends a test; SIGINT and SIGTERM unless a test says otherwise. */
  readonly stop?: AbortSignal
}

const SYSTEM: DevicesDeps = {
  listDevices,
  openSource: (spec, config, io) =>
    createAudioSource(spec, {
      stdin: () => process.stdin,
      clock: systemClock,
      log: createLogger({ level: 'warn', format: 'pretty', stream: logStream(io) }),
      live: captureParamsOf(config.capture),
    }),
  clock: systemClock,
}

/**
 * `affectd devices …`
 *
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {CaptureError} CAPTURE_NO_SOUND_CARD, CAPTURE_NO_PERMISSION; as the source under test
 * @throws {ConfigError} as `loadConfig`, `checkSettings` and, for --test, `resolveDevice`
 * @throws {ModelError} as `loadGates`, for --test
 */
export async function devicesCommand(
  args: readonly string[],
  io: CommandIo,
  deps: Partial<DevicesDeps> = {},
): Promise<number> {
  const { values, positionals } = parseOptions('devices', args, {
    ...SETTING_OPTIONS,
    json: { type: 'boolean' },
    test: { type: 'string' },
    seconds: { type: 'string' },
  })
  if (values.help === true) {
    io.out(DEVICES_HELP)
    return 0
  }
  refusePositionals('devices', positionals)
  const durationMs = values.seconds === undefined ? undefined : secondsToMs(values.seconds)
  if (values.test === undefined && durationMs !== undefined) throw wrongUsage('--seconds goes with --test')
  if (values.test !== undefined && values.json === true) throw wrongUsage('--test has no --json')

  const machine = { ...SYSTEM, ...deps }
  const loaded = loadSettings(values, io)
  const { source } = checkSettings(loaded)
  const { devices, gaps } = await machine.listDevices()
  if (devices.length === 0) throw noDevices(gaps)
  if (values.test === undefined) {
    const selected = selectedDevice(source, { devices, gaps }, io)
    io.out(values.json === true ? deviceJson(devices, selected) : deviceTable(devices, selected))
    for (const { text } of gaps) io.err(`${text}\n`)
    return 0
  }
  const device = resolveDevice(values.test, devices)
  await runTest(device, sourceOf(device, source.kind), loaded.config, durationMs, io, machine)
  return 0
}

/** What the configured source listens to; null, with a word on stderr, if that is none of the devices. */
function selectedDevice(
  source: SourceSpec,
  { devices, gaps }: DeviceList,
  io: CommandIo,
): CaptureDevice | null {
  const having = (backend: CaptureDevice['backends'][number]): readonly CaptureDevice[] =>
    devices.filter(({ backends }) => backends.includes(backend))
  try {
    switch (source.kind) {
      case 'auto':
        // As the agent: arecord only where PortAudio is not.
        return resolveDevice(
          source.device ?? '',
          having(gaps.some(({ kind }) => kind === 'no_portaudio') ? 'alsa' : 'portaudio'),
        )
      case 'arecord':
        return resolveDevice(source.pcm ?? '', having('alsa'))
      case 'portaudio':
        return resolveDevice(source.device ?? '', having('portaudio'))
      case 'file':
      case 'stdin':
        io.err(`the configuration listens to none of them: capture.source is ${source.kind}\n`)
        return null
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    io.err(`the configuration selects none of them: ${error.message}\n`)
    return null
  }
}

async function runTest(
  device: CaptureDevice,
  spec: SourceSpec,
  config: Config,
  durationMs: number | undefined,
  io: CommandIo,
  { openSource, clock, stop }: DevicesDeps,
): Promise<void> {
  const settings = gateSettingsOf(config.gate)
  const vad = loadGates(settings).createVad()
  const meter = new LevelMeter(vad, createGate(vad, settings.params))
  const source = openSource(spec, config, io)
  io.err(`${source.name}, ${device.description}; speak where people will speak; Ctrl-C ends it\n`)
  const signals = stop === undefined ? createStopSignal() : undefined
  try {
    await testDevice({ source, meter, io, clock, stop: stop ?? signals!.signal, durationMs })
  } finally {
    signals?.release()
  }
  for (const line of meterVerdict(meter.totals, config.affect.min_snr_db)) io.out(`${line}\n`)
}

/** The device by the backend that the agent would use for it, as far as the device has it. */
function sourceOf({ name, backends }: CaptureDevice, configured: SourceSpec['kind']): SourceSpec {
  const prefersAlsa = configured === 'arecord' && backends.includes('alsa')
  return backends.includes('portaudio') && !prefersAlsa
    ? { kind: 'portaudio', device: name }
    : { kind: 'arecord', pcm: name }
}

/** What is logged makes room for itself on the line that is being redrawn. */
function logStream({ err, isTty, errIsTty = false }: CommandIo): {
  write: (text: string) => void
  isTTY: boolean
} {
  return { write: (text) => err(isTty && errIsTty ? `\r\u001b[K${text}` : text), isTTY: errIsTty }
}

function secondsToMs(text: string): number {
  const seconds = text.trim() === '' ? Number.NaN : Number(text)
  if (seconds > 0 && seconds <= MAX_SECONDS) return seconds * 1000
  throw wrongUsage(`--seconds is '${text}', not a number over 0, at most ${MAX_SECONDS}`)
}

function wrongUsage(what: string): UsageError {
  return new UsageError('USAGE_ARGUMENTS', `affectd devices: ${what}; see --help`)
}
