import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import { encodePacket, MAX_PACKET_BYTES } from './live/packets.js'
import { machineMs } from './live/recorder.js'
import type { ChildMessage, OpenRequest, PortaudioDevice } from './portaudio-protocol.js'

// A process of its own, because naudiodon cannot be trusted with ours: it prints to stdout, installs a handler for
// segmentation faults, never sees a microphone that was plugged in again, and waits for ever on one that is gone.
// Audio leaves through file descriptor 4, everything else over IPC. It ends when the agent does.

/** What is used of naudiodon. */
interface Naudiodon {
  getDevices(): readonly NaudiodonDevice[]
  AudioIO: new (options: {
    readonly inOptions: {
      readonly deviceId: number
      readonly channelCount: number
      readonly sampleFormat: number
      readonly sampleRate: number
      readonly framesPerBuffer: number
      readonly maxQueue: number
      readonly highwaterMark: number
      readonly closeOnError: boolean
    }
  }) => NodeJS.ReadableStream & { start(): void }
}

interface NaudiodonDevice {
  readonly id: number
  readonly name: string
  readonly maxInputChannels: number
  readonly defaultSampleRate: number
  readonly hostAPIName: string
}

const SAMPLE_FORMAT_16_BIT = 16
const WANTED_RATE_HZ = 16_000
const PIECE_MS = 20
/** naudiodon's callback blocks when its queue is full, and PortAudio then loses audio: room for two seconds. */
const QUEUED_PIECES = 100
/** What the agent does not take for so long is dropped, or this process would grow without bound. */
const MAX_UNSENT_BYTES = 2 ** 20

function send(message: ChildMessage): void {
  process.send?.(message)
}

function inputs(naudiodon: Naudiodon): PortaudioDevice[] {
  return naudiodon
    .getDevices()
    .filter(({ maxInputChannels }) => maxInputChannels > 0)
    .map(({ id, name, hostAPIName, maxInputChannels, defaultSampleRate }) => ({
      id,
      name,
      hostApi: hostAPIName,
      maxInputChannels,
      defaultSampleRateHz: defaultSampleRate,
    }))
}

/** The device of that name, or the only one that has it in its name; PortAudio appends to ALSA's names. */
function chosen(devices: readonly PortaudioDevice[], wanted: string): PortaudioDevice | undefined {
  const named = wanted === '' ? 'default' : wanted
  const exact = devices.find(({ name }) => name === named)
  if (exact !== undefined) return exact
  const partial = devices.filter(({ name }) => name.toLowerCase().includes(named.toLowerCase()))
  return partial.length === 1 ? partial[0] : wanted === '' ? devices[0] : undefined
}

function capture(naudiodon: Naudiodon, { device: wanted, channels: most }: OpenRequest): void {
  const devices = inputs(naudiodon)
  const device = chosen(devices, wanted)
  if (device === undefined) {
    const choices = devices.map(({ name }) => name).join(', ') || 'none'
    send({
      kind: 'failed',
      code: 'no_device',
      text: `no capture device '${wanted}'; there are: ${choices}`.slice(0, 1000),
    })
    return
  }
  const channels = Math.min(most, device.maxInputChannels)
  const formats: [rateHz: number, channels: number][] = [
    [WANTED_RATE_HZ, 1],
    [WANTED_RATE_HZ, channels],
    [device.defaultSampleRateHz, 1],
    [device.defaultSampleRateHz, channels],
  ]
  let refusal = ''
  for (const [rateHz, count] of formats) {
    try {
      stream(naudiodon, device, rateHz, count)
      return
    } catch (error) {
      refusal = (error as Error).message
    }
  }
  send({ kind: 'failed', code: 'refused', text: `${device.name}: ${refusal}` })
}

function stream(naudiodon: Naudiodon, device: PortaudioDevice, rateHz: number, channels: number): void {
  const samples = Math.round((rateHz * PIECE_MS) / 1000)
  const audio = new naudiodon.AudioIO({
    inOptions: {
      deviceId: device.id,
      channelCount: channels,
      sampleFormat: SAMPLE_FORMAT_16_BIT,
      sampleRate: rateHz,
      framesPerBuffer: samples,
      maxQueue: QUEUED_PIECES,
      highwaterMark: 2 * channels * samples,
      // Otherwise an overrun ends the stream.
      closeOnError: false,
    },
  })
  const out = new Socket({ fd: 4, readable: false, writable: true })
  let seq = 0
  out.on('error', endWithAgent)
  audio.on('error', (error: Error) => {
    send({ kind: 'failed', code: 'refused', text: `${device.name}: ${error.message}` })
  })
  audio.on('data', (bytes: Buffer) => {
    if (out.writableLength > MAX_UNSENT_BYTES) return
    for (let at = 0; at < bytes.length; at += MAX_PACKET_BYTES) {
      const packet = encodePacket({
        seq,
        atMs: machineMs(),
        bytes: bytes.subarray(at, at + MAX_PACKET_BYTES),
      })
      out.write(packet, () => packet.fill(0))
      seq = (seq + 1) >>> 0
    }
    bytes.fill(0)
  })
  audio.start()
  send({ kind: 'opened', device: device.name, rateHz, channels })
}

/** As the agent ends it. `exit` would close the stream first, and wait for ever for a device or sound server that hangs. */
function endWithAgent(): void {
  process.kill(process.pid, 'SIGTERM')
}

function load(): Naudiodon | null {
  try {
    return createRequire(import.meta.url)('naudiodon') as Naudiodon
  } catch (error) {
    // Of one that is built for another Node, what matters is in the lines after the first.
    const [why] = String((error as Error).message).split('\nRequire stack:')
    send({ kind: 'failed', code: 'no_portaudio', text: (why ?? '').replaceAll(/\s+/g, ' ').slice(0, 500) })
    return null
  }
}

// Node would open a debugger, which the audio could be read through.
process.on('SIGUSR1', () => undefined)
process.on('disconnect', endWithAgent)
const naudiodon = load()
if (naudiodon !== null) {
  if (process.argv[2] === 'list') send({ kind: 'devices', devices: inputs(naudiodon) })
  else process.once('message', (request: OpenRequest) => capture(naudiodon, request))
}
