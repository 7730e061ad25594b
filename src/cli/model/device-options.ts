import { UsageError } from '../../errors.js'
import { systemClock, type Clock } from '../../ops/clock.js'
import { parseBrokerUrl } from '../../publish/broker-url.js'
import { connectSubscriber, type Subscriber } from '../../publish/mqtt-subscriber.js'
import { checkDeviceId, checkPrefix } from '../../publish/topics.js'
import { brokerOptions } from '../broker-options.js'
import { asUsage, secondsIn } from '../fleet/fleet-options.js'
import type { CommandIo } from '../io.js'
import { loadSettings, SETTING_OPTIONS, SETTINGS_HELP } from '../load-settings.js'
import { plain } from '../../plain-text.js'
import { createStopSignal } from '../stop-signal.js'
import { watchLink } from '../watch.js'
import { DeviceRequests } from './device-requests.js'

/** Options of a command that asks one device. */
export const DEVICE_OPTIONS = {
  ...SETTING_OPTIONS,
  broker: { type: 'string' },
  device: { type: 'string' },
  prefix: { type: 'string' },
  timeout: { type: 'string' },
} as const

const DEFAULT_TIMEOUT_S = 60
/** A device answers an order with a URL when it has the model. */
const FETCH_TIMEOUT_S = 3600
const RESPONSES = ['model/install', 'model/chunk', 'model/rollback']

/** @param more of the command, on how long it waits */
export const deviceOptionsHelp = (more = ''): string => `  --device ID     the device
  --broker URL    the broker; default mqtt.url. A name in it is used instead of the configured name and password
  --prefix TOPIC  what the device's topics begin with; default publish.prefix
  --timeout S     longest silence of the device; default ${DEFAULT_TIMEOUT_S}${more}

${SETTINGS_HELP}`

export interface DeviceOptionValues {
  readonly config?: string | undefined
  readonly set?: readonly string[] | undefined
  readonly broker?: string | undefined
  readonly device?: string | undefined
  readonly prefix?: string | undefined
  readonly timeout?: string | undefined
  readonly url?: string | undefined
}

/** What the command needs of the world beside its streams. Tests pass their own. */
export interface DeviceWorld {
  readonly clock: Clock
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal
}

/**
 * Connects, and lets go of it afterwards.
 *
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {ConfigError} as `loadConfig` and `brokerOptions`
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 */
export async function withDevice(
  command: string,
  values: DeviceOptionValues,
  io: CommandIo,
  world: DeviceWorld | undefined,
  run: (requests: DeviceRequests, device: string, clock: Clock) => Promise<number>,
): Promise<number> {
  const { device } = values
  if (device === undefined)
    throw new UsageError('USAGE_ARGUMENTS', `affectd ${command} needs --device ID; see --help`)
  const fallbackS = values.url === undefined ? DEFAULT_TIMEOUT_S : FETCH_TIMEOUT_S
  const timeoutMs = 1000 * secondsIn(command, '--timeout', values.timeout ?? String(fallbackS))
  asUsage(command, () => {
    checkDeviceId(device)
    if (values.broker !== undefined) parseBrokerUrl(values.broker)
    if (values.prefix !== undefined) checkPrefix(values.prefix)
  })
  const { config } = loadSettings(values, io)
  const base = `${values.prefix ?? config.publish.prefix}/${device}`
  const stop = world === undefined ? createStopSignal() : undefined
  const { clock, signal } = world ?? { clock: systemClock, signal: stop!.signal }
  const connection: { subscriber?: Subscriber } = {}
  const requests = new DeviceRequests({
    device,
    base,
    subscriber: () => connection.subscriber!,
    clock,
    timeoutMs,
    signal,
  })
  try {
    connection.subscriber = await connectSubscriber({
      broker: { ...watchLink(config, values.broker), protocol: brokerOptions(config).protocol },
      clock,
      filters: RESPONSES.map((verb) => `${base}/response/${verb}`),
      onMessage: (message) => requests.hear(message),
      onLost: ({ text }) => io.err(`the broker is gone: ${plain(text)}; waiting for it\n`),
      onBack() {
        io.err('the broker is back\n')
        requests.reconnected()
      },
    })
    return await run(requests, device, clock)
  } finally {
    stop?.release()
    await connection.subscriber?.close()
  }
}
