import { randomFillSync, randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import type { Readable } from 'node:stream'
import { AlertRegister } from '../alert-register.js'
import type { AudioSource } from '../capture/audio-source.js'
import { ContinuedSource } from '../capture/continued-source.js'
import { isListedDevice } from '../capture/devices/resolve-device.js'
import { listDevices } from '../capture/devices/list-devices.js'
import type { Config } from '../config/config.js'
import type { ConfigSources, LoadedConfig } from '../config/load-config.js'
import { loadConfig } from '../config/load-config.js'
import { loadWithOverlay } from '../config/remote/overlay.js'
import { CrashRest } from '../crash-rest.js'
import { readVerificationKey } from '../ed25519.js'
import { ConfigError } from '../errors.js'
import { ListenSwitch } from '../listen-switch.js'
import { systemClock, type Clock } from '../ops/clock.js'
import type { LevelledLogger } from '../ops/logger.js'
import { machineBoot } from '../ops/machine-boot.js'
import { StateFile } from '../ops/state-file.js'
import { createEventSequence, type EventStamp } from '../publish/event-sequence.js'
import type { Outbox } from '../publish/outbox.js'
import type { Message } from '../publish/publisher.js'
import { RateLimit } from '../publish/rate-limit.js'
import { createUuidV7 } from '../publish/uuid.js'
import { RemoteConfig } from '../remote-config.js'
import { readRemoteState, RemoteStore } from '../remote-store.js'
import { RunKeeper } from '../run-keeper.js'
import { StateFolder } from '../state-folder.js'
import { createOutbox } from './create-outbox.js'
import { checkSettings } from './check-settings.js'
import { modelKey, openDelivery, type ModelDelivery } from './open-delivery.js'
import { readSettingFile } from './read-setting-file.js'
import { packageVersion } from './version.js'

/** What outlives an agent: it may be built anew within the process, for a configuration that wants that. */
export interface AgentSession {
  readonly log: LevelledLogger
  readonly clock: Clock
  readonly stdin: () => Readable
  /** When it began, monotonic. */
  readonly startedMs: number
  readonly bootId: string
  readonly nextStamp: () => EventStamp
  readonly outbox: Outbox
  /** Events that an agent could not place in a full outbox before it ended. */
  readonly leftovers: Message[]
  /** Requests that change something. */
  readonly deeds: RateLimit
  /** What must outlive the process; undefined where nothing may. */
  stateFile(name: string): StateFile | undefined
  /** Agents built so far. */
  builds: number
  /** Unix time of sample 0 of a source that can wait, once it is known, ms. */
  streamStartMs: number | undefined
  /** The source to listen to: one that can wait goes on where the agent before left off, another is opened anew. */
  source(create: () => AudioSource): AudioSource
  readonly listening: ListenSwitch
  readonly alerts: AlertRegister
  /** Absent where nobody may configure from afar. */
  readonly remote: RemoteConfig | undefined
  /** How the run before ended, and what is kept of this one; absent where nothing may be kept. */
  readonly run: RunKeeper | undefined
  /** Whether the agent rests from crashing; absent where nothing may be kept. */
  readonly rest: CrashRest | undefined
  /** Absent where no models are taken from afar. */
  readonly delivery: ModelDelivery | undefined
  /** After the last agent has ended. */
  close(): Promise<void>
}

/** What of a session may be kept in a state folder. */
interface SessionParts {
  readonly bootId: string
  readonly run: RunKeeper | undefined
  readonly stateFile: (name: string) => StateFile | undefined
  readonly listening: ListenSwitch
  readonly alerts: AlertRegister
  readonly remote: RemoteConfig | undefined
  readonly delivery: ModelDelivery | undefined
}

const DEEDS_AT_ONCE = 10
const DEEDS_PER_S = 0.5
const REMOTE_FILE = 'remote-config.json'

export interface SessionDeps {
  readonly log: LevelledLogger
  readonly stdin: () => Readable
}

/**
 * A session that keeps its state in `device.state_dir` and takes configuration from afar.
 *
 * @param local every source of configuration but the remote one, and what they give
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_REMOTE_KEY, CONFIG_STATE_DIR_IN_USE, STATE_TOO_NEW, CONFIG_TOO_NEW
 */
export async function openSession(
  local: { readonly sources: ConfigSources; readonly loaded: LoadedConfig },
  { log, stdin }: SessionDeps,
): Promise<AgentSession> {
  const clock = systemClock
  const { config } = local.loaded
  const { device } = config
  const key = verificationKey(device)
  const deliveryKey = modelKey(config)
  const stateFile = (name: string): StateFile => new StateFile(device.state_dir, name)
  const folder = new StateFolder(device.state_dir, log)
  folder.check()
  const outbox = createOutbox(config, { clock, log })
  // First of all: it holds the lock on the folder, and what else is in there belongs to whoever has that.
  await outbox.open()
  folder.claim(packageVersion())
  const bootId = randomUUID()
  const run = new RunKeeper({
    file: stateFile('run.json'),
    lastExitFile: stateFile('last-exit'),
    bootId,
    version: packageVersion(),
    machineBoot: machineBoot(),
    machineUptimeS: uptime,
    clock,
    log,
  })
  const openRemote = (): RemoteConfig =>
    new RemoteConfig({
      local: local.sources,
      store: new RemoteStore({ group: device.group, file: stateFile(REMOTE_FILE), log }),
      check: checkRemote,
      key,
      clock,
      log,
    })
  let remote: RemoteConfig | undefined
  try {
    remote = device.remote_config === 'off' ? undefined : openRemote()
  } catch (error) {
    run.failed(error)
    await outbox.close()
    throw error
  }
  return createSession({ log, stdin }, outbox, {
    bootId,
    run,
    stateFile,
    listening: new ListenSwitch(stateFile('listening.json'), clock, log),
    alerts: new AlertRegister(stateFile('alerts.json'), log),
    remote,
    delivery: openDelivery(config, deliveryKey, { clock, log }),
  })
}

/**
 * The configuration with what was taken from afar, without changing anything.
 *
 * @returns undefined where nothing is
 */
export function withRemote(local: ConfigSources): LoadedConfig | undefined {
  const { device } = loadConfig(local).config
  if (device.remote_config === 'off') return undefined
  try {
    const state = readRemoteState(new StateFile(device.state_dir, REMOTE_FILE))
    return state?.groupName === device.group ? loadWithOverlay(local, state.inForce) : undefined
  } catch {
    // What is damaged or not readable for this user is not in force for him; the agent says what is wrong with it.
    return undefined
  }
}

/** A session that leaves nothing behind and hears nobody. */
export function createSession(
  { log, stdin }: SessionDeps,
  outbox: Outbox,
  {
    bootId = randomUUID(),
    run,
    stateFile = () => undefined,
    listening = new ListenSwitch(undefined, systemClock, log),
    alerts = new AlertRegister(undefined, log),
    remote,
    delivery,
  }: Partial<SessionParts> = {},
): AgentSession {
  const clock = systemClock
  const rest = run === undefined ? undefined : new CrashRest(run, listening, clock, log)
  let continued: ContinuedSource | undefined
  return {
    log,
    clock,
    stdin,
    startedMs: clock.monotonicMs(),
    bootId,
    nextStamp: createEventSequence(
      bootId,
      createUuidV7(() => clock.nowMs(), randomFillSync),
    ),
    outbox,
    leftovers: [],
    stateFile,
    deeds: new RateLimit(DEEDS_AT_ONCE, DEEDS_PER_S),
    builds: 0,
    streamStartMs: undefined,
    source(create) {
      if (continued !== undefined) return continued
      const source = create()
      if (source.canWait) continued = new ContinuedSource(source)
      return continued ?? source
    },
    listening,
    alerts,
    remote,
    run,
    rest,
    delivery,
    async close() {
      rest?.close()
      remote?.close()
      delivery?.close()
      await continued?.close()
      await outbox.close()
      alerts.close()
    },
  }
}

/** @throws {ConfigError} as `checkSettings`; CONFIG_DEVICE_NOT_LISTED */
async function checkRemote(loaded: LoadedConfig, changed: readonly string[]): Promise<void> {
  checkSettings(loaded)
  const { device } = loaded.config.capture
  if (device === '' || !changed.includes('capture.device')) return
  const { devices } = await listDevices()
  if (isListedDevice(device, devices)) return
  const names = devices.map(({ name }) => name).join(', ')
  throw new ConfigError(
    'CONFIG_DEVICE_NOT_LISTED',
    `capture.device ${JSON.stringify(device)} is none of the names that may be set from afar: ${names === '' ? 'there are none now' : names}`,
  )
}

/**
 * What remote revisions must be signed with the other half of; undefined: nothing.
 *
 * @throws {ConfigError} CONFIG_NOT_FOUND, CONFIG_REMOTE_KEY
 */
export function verificationKey({
  remote_key_file: path,
}: Config['device']): ReturnType<typeof readVerificationKey> | undefined {
  if (path === '') return undefined
  const pem = readSettingFile('device.remote_key_file', path)
  return readVerificationKey(pem, `device.remote_key_file (${path})`)
}
