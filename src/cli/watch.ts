import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.js'
import { UsageError } from '../errors.js'
import { systemClock } from '../ops/clock.js'
import { parseBrokerUrl } from '../publish/broker-url.js'
import type { IncomingMessage, LinkOptions } from '../publish/link.js'
import { connectSubscriber } from '../publish/mqtt-subscriber.js'
import { parseEmotionEvent } from '../publish/parse-emotion-event.js'
import { checkDeviceId, checkPrefix } from '../publish/topics.js'
import { brokerOptions } from './broker-options.js'
import type { CommandIo } from './io.js'
import { jsonFields } from './json-fields.js'
import { loadSettings, SETTING_OPTIONS, SETTINGS_HELP } from './load-settings.js'
import { parseOptions, refusePositionals } from './parse-options.js'
import { renderAlert, timeOfDay } from './render-alert.js'
import { plain } from '../plain-text.js'
import { renderEvent } from './render-event.js'

const WATCHED = ['emotion', 'status', 'listening', 'alert/+', 'summary']

export const WATCH_HELP = `Usage: affectd watch [--broker URL] [--device ID] [--prefix TOPIC] [--config FILE] [--set key=value]…

Shows what devices say, as it comes, until Ctrl-C: emotions, changes of status, alerts, summaries.

  --broker URL    the broker; default mqtt.url. A name in it is used instead of the configured name and password
  --device ID     one device only
  --prefix TOPIC  what the devices' topics begin with; default publish.prefix

${SETTINGS_HELP}
Exits 69 if the broker cannot be reached at the start; later losses are waited out.
`

/**
 * `affectd watch …`
 *
 * @param stop ends it; SIGINT and SIGTERM unless a test says otherwise
 * @returns 0 when stopped
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED at the start
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {ConfigError} as `loadConfig` and `brokerOptions`
 */
export async function watchCommand(
  args: readonly string[],
  io: CommandIo,
  stop?: Promise<unknown>,
): Promise<number> {
  const { values, positionals } = parseOptions('watch', args, {
    ...SETTING_OPTIONS,
    broker: { type: 'string' },
    device: { type: 'string' },
    prefix: { type: 'string' },
  })
  if (values.help === true) {
    io.out(WATCH_HELP)
    return 0
  }
  refusePositionals('watch', positionals)
  asUsage(() => {
    if (values.broker !== undefined) parseBrokerUrl(values.broker)
    if (values.prefix !== undefined) checkPrefix(values.prefix)
    if (values.device !== undefined) checkDeviceId(values.device)
  })
  const { config } = loadSettings(values, io)
  const prefix = values.prefix ?? config.publish.prefix
  const color = io.isTty && (io.env['NO_COLOR'] ?? '') === ''
  const base = `${prefix}/${values.device ?? '+'}`
  const subscriber = await connectSubscriber({
    broker: watchLink(config, values.broker),
    clock: systemClock,
    filters: WATCHED.map((topic) => `${base}/${topic}`),
    onMessage: (message) => {
      const line = renderMessage(message, prefix, color)
      if (line !== undefined) io.out(`${line}\n`)
    },
    onLost: ({ text }) => io.err(`the broker is gone: ${plain(text)}; waiting for it\n`),
    onBack: () => io.err('the broker is back\n'),
  })
  io.err(`watching ${base}; Ctrl-C ends it\n`)
  await (stop ?? interrupted())
  await subscriber.close()
  return 0
}

/**
 * How a watcher reaches the broker: as the device itself, but for its client id, which would throw the device out.
 *
 * @param url over mqtt.url; credentials in it are not mixed with the configured ones
 * @throws {ConfigError} as `brokerOptions`
 */
export function watchLink(config: Config, url = config.mqtt.url): Omit<LinkOptions, 'will'> {
  const { mqtt } = config
  const namesUser = url !== mqtt.url && parseBrokerUrl(url).username !== undefined
  const credentials = namesUser ? { username: '', username_file: '', password: '', password_file: '' } : {}
  return {
    ...brokerOptions({ ...config, mqtt: { ...mqtt, ...credentials } }),
    url,
    // 3.1.1 does all that a watcher needs, and every broker speaks it, the demo's included.
    protocol: '3.1.1',
    clientId: `affectd-watch-${randomUUID().slice(0, 8)}`,
    sessionExpiryS: 0,
  }
}

/** @returns the line to show, without a line feed; undefined if the message is not understood */
export function renderMessage(message: IncomingMessage, prefix: string, color: boolean): string | undefined {
  const [device, kind, ...rest] = message.topic.slice(prefix.length + 1).split('/')
  if (device === undefined || kind === undefined) return undefined
  const name = plain(device).padEnd(12)
  if (kind === 'emotion') {
    const event = parseEmotionEvent(message.payload)
    return event && `${name} ${renderEvent(event, { color })}`
  }
  const fields = jsonFields(message.payload)
  if (fields === undefined) return undefined
  const at = timeOfDay(fields)
  const said = describe(kind, rest.join('/'), fields)
  return said && `${name} ${at}  ${color ? `\u001b[1m${said}\u001b[0m` : said}`
}

function describe(
  kind: string,
  detail: string,
  fields: Readonly<Record<string, unknown>>,
): string | undefined {
  const reason = typeof fields['reason'] === 'string' ? ` (${plain(fields['reason'])})` : ''
  if (kind === 'status') return `is ${plain(String(fields['state']))}${reason}`
  if (kind === 'listening') return `${fields['listening'] === true ? 'listens' : 'does not listen'}${reason}`
  if (kind === 'summary')
    return `summary: ${number(fields['decisions'])} decisions on ${number(fields['speech_minutes'])} minutes of speech`
  return kind === 'alert' ? renderAlert(detail, fields) : undefined
}

function number(value: unknown): string {
  return typeof value === 'number' ? String(value) : '?'
}

/** What would be wrong configuration elsewhere was wrong on the command line here. */
function asUsage(check: () => void): void {
  try {
    check()
  } catch (cause) {
    throw new UsageError('USAGE_ARGUMENTS', `affectd watch: ${(cause as Error).message}`, { cause })
  }
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
