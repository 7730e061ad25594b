import { UsageError } from '../../errors.js'
import { parseBrokerUrl } from '../../publish/broker-url.js'
import { checkPrefix } from '../../publish/topics.js'
import { brokerOptions } from '../broker-options.js'
import type { CommandIo } from '../io.js'
import { loadSettings, SETTING_OPTIONS, SETTINGS_HELP } from '../load-settings.js'
import { plain } from '../../plain-text.js'
import { watchLink } from '../watch.js'
import { openFleet, type FleetLink } from './fleet-link.js'
import type { FleetWorld } from './fleet-world.js'
import type { Selector } from './selector.js'

/** Options of every fleet command. */
export const FLEET_OPTIONS = {
  ...SETTING_OPTIONS,
  broker: { type: 'string' },
  prefix: { type: 'string' },
  group: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  wait: { type: 'string' },
} as const

export const FLEET_OPTIONS_HELP = `Devices:
  DEVICE…         ids, or patterns with * and ?: 'bus-*' (in quotes, or the shell takes it)
  --group NAME    those that say they are in the group; may be repeated
  --all           all that the broker knows

Broker:
  --broker URL    the broker; default mqtt.url. A name in it is used instead of the configured name and password
  --prefix TOPIC  what the devices' topics begin with; default publish.prefix
  --wait S        longest wait for what the broker keeps, over as soon as nothing came for a twentieth; default 5

${SETTINGS_HELP}`

export interface FleetOptionValues {
  readonly config?: string | undefined
  readonly set?: readonly string[] | undefined
  readonly broker?: string | undefined
  readonly prefix?: string | undefined
  readonly wait?: string | undefined
}

const DEFAULT_WAIT_S = 5

/**
 * Connects and gathers what the broker keeps.
 *
 * @param names topics of a device to hear
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {ConfigError} as `loadConfig` and `brokerOptions`
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 */
export async function connectFleet(
  command: string,
  values: FleetOptionValues,
  selector: Selector,
  names: readonly string[],
  io: CommandIo,
  world: FleetWorld,
): Promise<FleetLink> {
  const waitS = secondsIn(command, '--wait', values.wait ?? String(DEFAULT_WAIT_S))
  asUsage(command, () => {
    if (values.broker !== undefined) parseBrokerUrl(values.broker)
    if (values.prefix !== undefined) checkPrefix(values.prefix)
  })
  const { config } = loadSettings(values, io)
  const link = await openFleet({
    // Version 5 says when the broker refuses what is sent; where it speaks 3.1.1 only, mqtt.protocol says so.
    broker: { ...watchLink(config, values.broker), protocol: brokerOptions(config).protocol },
    prefix: values.prefix ?? config.publish.prefix,
    selector,
    names,
    clock: world.clock,
    onLost: (text) => io.err(`the broker is gone: ${plain(text)}; waiting for it\n`),
    onBack: () => io.err('the broker is back\n'),
  })
  try {
    await link.gather(waitS * 1000)
  } catch (error) {
    await link.close()
    throw error
  }
  if (link.book.overflow > 0) {
    io.err(`more devices than can be kept: ${link.book.overflow} messages were passed over\n`)
  }
  return link
}

/** @throws {UsageError} USAGE_ARGUMENTS unless it is a decimal number above 0 and at most a day */
export function secondsIn(command: string, option: string, text: string): number {
  const seconds = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN
  if (seconds > 0 && seconds <= 86_400) return seconds
  throw new UsageError(
    'USAGE_ARGUMENTS',
    `affectd ${command}: ${option} is seconds, above 0 to 86400, not '${text}'`,
  )
}

/** What would be wrong configuration elsewhere was wrong on the command line here. */
export function asUsage(command: string, check: () => void): void {
  try {
    check()
  } catch (cause) {
    throw new UsageError('USAGE_ARGUMENTS', `affectd ${command}: ${(cause as Error).message}`, { cause })
  }
}
