import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseOrder, type ModelOrder } from '../../delivery/model-order.js'
import { ModelError, UsageError } from '../../errors.js'
import type { JsonObject } from '../../hostile-json.js'
import type { CommandIo } from '../io.js'
import { parseOptions } from '../parse-options.js'
import { deliver } from './deliver.js'
import { DEVICE_OPTIONS, deviceOptionsHelp, withDevice, type DeviceWorld } from './device-options.js'

const MAX_ARCHIVE_BYTES = 64 * 2 ** 20

export const SEND_HELP = `Usage: affectd model send ARCHIVE --device ID [--broker URL] [--url URL]

Sends a signed model to a device, in chunks over MQTT, and says what became of it. An interrupted delivery goes on where
it left off. ARCHIVE.json, the order, lies beside it; see affectd model sign.

  --url URL       the device fetches the archive from there instead (https), and the archive here is only checked

${deviceOptionsHelp(', with --url 3600')}`

/**
 * `affectd model send ARCHIVE --device ID`
 *
 * @throws {UsageError} USAGE_ARGUMENTS
 * @throws {ModelError} MODEL_NOT_FOUND, MODEL_ORDER, MODEL_UNSIGNED, MODEL_ARCHIVE_HASH
 * @throws {FleetError} FLEET_FAILED with the device's code, FLEET_TIMEOUT, FLEET_MALFORMED
 * @throws {PublishError} PUBLISH_UNREACHABLE, PUBLISH_REFUSED
 */
export async function sendCommand(
  args: readonly string[],
  io: CommandIo,
  world?: DeviceWorld,
): Promise<number> {
  const { values, positionals } = parseOptions('model send', args, {
    ...DEVICE_OPTIONS,
    url: { type: 'string' },
  })
  if (values.help === true) {
    io.out(SEND_HELP)
    return 0
  }
  const [path, ...rest] = positionals
  if (path === undefined || rest.length > 0) {
    throw new UsageError('USAGE_ARGUMENTS', 'affectd model send takes one archive; see --help')
  }
  const { order, archive } = readDelivery(path)
  return withDevice('model send', values, io, world, async (requests, device, clock) => {
    const progress = progressLine(io, order)
    const answer = await deliver({
      requests,
      order,
      archive,
      url: values.url,
      clock,
      onProgress: progress.at,
    }).finally(progress.clear)
    io.out(`${device}: ${standing(answer)}\n`)
    return 0
  })
}

/** What a device said of its model, in words. */
export function standing({ id, state, origin, trial_until: until }: JsonObject): string {
  const model = typeof id === 'string' && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(id) ? id : 'a model'
  const source = origin === 'released' ? ', the released model,' : ''
  if (state !== 'trial' || typeof until !== 'string') return `${model}${source} is in force`
  return `${model} is in force, on trial until ${/^[0-9TZ:.-]{1,40}$/.test(until) ? until : 'some time'}`
}

function readDelivery(path: string): { readonly order: ModelOrder; readonly archive: Uint8Array } {
  const archive = readInput(path)
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(readInput(`${path}.json`)).toString('utf8'))
  } catch (cause) {
    if (cause instanceof ModelError) throw cause
    throw new ModelError('MODEL_ORDER', `${path}.json is not JSON; make it with affectd model sign`, {
      cause,
    })
  }
  const order = parseOrder(json)
  const sha256 = createHash('sha256').update(archive).digest('hex')
  if (sha256 === order.sha256 && archive.length === order.size) return { order, archive }
  throw new ModelError(
    'MODEL_ARCHIVE_HASH',
    `${path} is not the archive that ${path}.json orders; sign it again`,
  )
}

function readInput(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path)
    if (bytes.length <= MAX_ARCHIVE_BYTES) return bytes
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    throw new ModelError(
      'MODEL_NOT_FOUND',
      `${path} cannot be read (${code}); name what affectd model sign wrote`,
      {
        cause,
      },
    )
  }
  throw new ModelError('MODEL_TOO_LARGE', `${path} is larger than any device takes`)
}

function progressLine(io: CommandIo, { id, size }: ModelOrder): { at(offset: number): void; clear(): void } {
  const isShown = io.errIsTty === true
  return {
    at(offset) {
      if (isShown)
        io.err(`\r\u001b[K${id}: ${Math.floor((100 * offset) / size)} % of ${Math.ceil(size / 1024)} KiB`)
    },
    clear() {
      if (isShown) io.err('\r\u001b[K')
    },
  }
}
