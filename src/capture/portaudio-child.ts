import { createRequire } from 'node:module'

/**
 * The child process in which PortAudio lives: naudiodon can hang, print and crash, and this process can be killed.
 *
 * `list`: one IPC message, `{ kind: 'devices', devices }`, or `{ kind: 'failed', code: 'no_portaudio', text }` where
 * naudiodon is not installed or does not load; then it ends.
 */
const [mode] = process.argv.slice(2)

if (mode === 'list') process.send?.(listing(), () => process.exit(0))
else process.exitCode = 64

/** The part of naudiodon that is used: its own types are there only where it is installed. */
interface Naudiodon {
  getDevices(): {
    readonly id: number
    readonly name: string
    readonly hostAPIName: string
    readonly maxInputChannels: number
    readonly defaultSampleRate: number
  }[]
}

function listing(): object {
  try {
    const naudiodon = createRequire(import.meta.url)('naudiodon') as Naudiodon
    const devices = naudiodon.getDevices().map((device) => ({
      id: device.id,
      name: device.name,
      hostApi: device.hostAPIName,
      maxInputChannels: device.maxInputChannels,
      defaultSampleRateHz: device.defaultSampleRate,
    }))
    return { kind: 'devices', devices }
  } catch (error) {
    return {
      kind: 'failed',
      code: 'no_portaudio',
      text: error instanceof Error ? error.message : String(error),
    }
  }
}
