import type { IncomingMessage } from '../../publish/link.js'
import type { Timer } from '../../ops/clock.js'
import type { CommandIo } from '../io.js'
import { jsonFields } from '../json-fields.js'
import { parseOptions } from '../parse-options.js'
import { plain } from '../../plain-text.js'
import { renderMessage } from '../watch.js'
import type { FleetDevice } from './device-book.js'
import { connectFleet, FLEET_OPTIONS, FLEET_OPTIONS_HELP, secondsIn } from './fleet-options.js'
import { FleetTally } from './fleet-tally.js'
import type { FleetWorld } from './fleet-world.js'
import { configWord } from './ls.js'
import { groupOf, selectDevices } from './select-devices.js'
import { isEmptySelector, parseSelector, selects } from './selector.js'

const NAMES = ['status', 'config/reported', 'listening', 'alert/+', 'emotion']
const SCREEN_EVERY_S = 1
const LINES_EVERY_S = 60

export const WATCH_FLEET_HELP = `Usage: affectd fleet watch [DEVICE…] [--group NAME]… [--every S]

A line for each change of status, configuration, listening and alert, and how the fleet is as a whole: on a terminal in a
last line that is kept up to date, elsewhere in a line of its own now and then. Until Ctrl-C.

  --every S       time between two of these; default ${SCREEN_EVERY_S} on a terminal, ${LINES_EVERY_S} elsewhere

${FLEET_OPTIONS_HELP}`

/**
 * `affectd fleet watch …`
 *
 * @returns 0 when stopped
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED at the start; later losses are waited out
 * @throws {ConfigError} as `connectFleet`
 */
export async function watchFleetCommand(
  args: readonly string[],
  io: CommandIo,
  world: FleetWorld,
): Promise<number> {
  const { values, positionals } = parseOptions('fleet watch', args, {
    ...FLEET_OPTIONS,
    every: { type: 'string' },
  })
  if (values.help === true) {
    io.out(WATCH_FLEET_HELP)
    return 0
  }
  const every = values.every ?? String(io.isTty ? SCREEN_EVERY_S : LINES_EVERY_S)
  const everyMs = 1000 * secondsIn('fleet watch', '--every', every)
  const given = parseSelector('fleet watch', positionals, values)
  const selector = isEmptySelector(given) ? { ...given, isAll: true } : given
  const { clock, signal } = world
  const link = await connectFleet('fleet watch', values, selector, NAMES, io, world)
  const tally = new FleetTally(clock.monotonicMs())
  const sum = (): string => tally.line(selectDevices(link.book, selector), clock.monotonicMs())
  // On a terminal the last line is always the sum: whatever comes goes above it.
  let last = ''
  const say = (line: string): void => io.out(io.isTty ? `\r\u001b[K${line}\n${last}` : `${line}\n`)
  const configs = new Map<string, string>()
  const stopListening = link.listen((message, device) => {
    if (device === undefined || !selects(selector, device.id, groupOf(device))) return
    count(tally, message, link.prefix)
    const line = lineOf(message, device, link.prefix, configs)
    if (line !== undefined) say(line)
  })
  let timer: Timer | undefined
  const show = (): void => {
    last = sum()
    io.out(io.isTty ? `\r\u001b[K${last}` : `${last}\n`)
    timer = clock.after(everyMs, show)
  }
  show()
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  timer?.clear()
  stopListening()
  if (io.isTty) io.out('\n')
  await link.close()
  return 0
}

function count(tally: FleetTally, { topic, payload }: IncomingMessage, prefix: string): void {
  const name = topic.slice(prefix.length + 1)
  if (name.endsWith('/emotion')) tally.event()
  else if (name.includes('/alert/')) tally.alert(name, jsonFields(payload)?.['active'] === true)
}

/** A change in words; undefined for what is none, or comes too often to be shown. */
function lineOf(
  message: IncomingMessage,
  device: FleetDevice,
  prefix: string,
  configs: Map<string, string>,
): string | undefined {
  const name = message.topic.slice(prefix.length + device.id.length + 2)
  if (name === 'emotion') return undefined
  if (name !== 'config/reported') return renderMessage(message, prefix, false)
  const { reported } = device
  if (reported === undefined) return undefined
  const error = reported.device.error ?? reported.group.error
  const why = error === null ? '' : `: ${error.code}: ${error.message}`
  const said = `configuration: revision ${reported.device.revision}, ${configWord(device)}${why}`
  // The broker says again what it keeps after each loss of the connection.
  if (configs.get(device.id) === said) return undefined
  configs.set(device.id, said)
  return plain(`${device.id.padEnd(12)} ${reported.time.slice(11, 23)}  ${said}`)
}
