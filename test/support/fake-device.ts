import type { KeyObject } from 'node:crypto'
import mqtt from 'mqtt'
import type { MqttClient } from 'mqtt'
import { parseDesired, type Desired } from '../../src/config/remote/desired.js'
import { mergePatch } from '../../src/config/remote/merge-patch.js'
import { checkSignature } from '../../src/config/remote/signature.js'
import { AffectdError } from '../../src/errors.js'

/** What a device makes of a revision. */
export type Manner =
  /** Applies it, and a moment later confirms it. */
  | 'apply'
  | 'reject'
  /** Applies it, and a moment later goes back. */
  | 'roll back'
  /** Says nothing more. */
  | 'silent'
  /** Answers what no device says. */
  | 'garbage'

export interface FakeDeviceOptions {
  readonly id: string
  readonly manner?: Manner
  readonly group?: string
  /** The key whose signature it wants. */
  readonly publicKey?: KeyObject
  readonly prefix?: string
}

interface Verdict {
  revision: number
  status: string | null
  error: object | null
}

/** A device as docs/remote-configuration.md describes it, without the audio: over a real broker, by the script of its manner. */
export class FakeDevice {
  /** Revisions that reached it, its own and its group's, in order. */
  readonly heard: string[] = []
  manner: Manner
  effective: unknown = { affect: { min_confidence: 0.4, min_snr_db: 3 }, log: { level: 'info' } }
  readonly #own: Verdict = { revision: 0, status: null, error: null }
  readonly #group: Verdict = { revision: 0, status: null, error: null }
  #refused: object | null = null
  #isConfirmed = true
  #reports = 0
  readonly #base: string

  private constructor(
    private readonly client: MqttClient,
    private readonly options: FakeDeviceOptions,
  ) {
    this.manner = options.manner ?? 'apply'
    this.#base = `${options.prefix ?? 'affectd'}/${options.id}`
  }

  /** Resolves when it has said what it is and hears what is desired. */
  static async start(url: string, options: FakeDeviceOptions): Promise<FakeDevice> {
    const prefix = options.prefix ?? 'affectd'
    const will = {
      topic: `${prefix}/${options.id}/status`,
      payload: Buffer.from(JSON.stringify(statusOf('offline', 'connection_lost'))),
      qos: 1 as const,
      retain: true,
    }
    const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0, will })
    const device = new FakeDevice(client, options)
    client.on('message', (topic, payload) => device.#hear(topic, payload))
    const { group } = options
    await device.#say('status', statusOf('online', null))
    await device.#say('info', {
      versions: { affectd: '0.1.0', node: '20.0.0' },
      model: { id: 'affect-cnn-2', sha256: 'ab' },
    })
    await device.#say('health', { outbox_depth: 3, speech_ratio: 0.25, capture_state: 'healthy' })
    await device.#say('listening', { listening: true, reason: null, since: '2026-11-21T08:00:00.000Z' })
    if (device.manner === 'garbage') await device.#garble()
    else await device.#report()
    await client.subscribeAsync([`${device.#base}/config/desired`, `${device.#base}/request/#`], { qos: 1 })
    if (group !== undefined)
      await client.subscribeAsync(`${prefix}/_group/${group}/config/desired`, { qos: 1 })
    return device
  }

  /** Goes with its last words, and leaves what the broker keeps. */
  async goOffline(): Promise<void> {
    await this.#say('status', statusOf('offline', 'shutdown'))
    await this.client.endAsync()
  }

  async close(): Promise<void> {
    await this.client.endAsync(true)
  }

  #hear(topic: string, payload: Buffer): void {
    if (topic.startsWith(`${this.#base}/request/`)) this.#answer(topic, payload)
    else if (topic === `${this.#base}/config/desired`) this.#consider('device', payload)
    else this.#consider('group', payload)
  }

  #consider(scope: 'device' | 'group', payload: Buffer): void {
    const verdict = scope === 'device' ? this.#own : this.#group
    if (payload.length === 0 || this.manner === 'silent') return
    this.heard.push(payload.toString())
    if (this.manner === 'garbage') return void this.#garble()
    let desired: Desired
    try {
      desired = parseDesired(payload)
      const { id, group = '', publicKey } = this.options
      if (publicKey !== undefined) {
        checkSignature(publicKey, scope === 'device' ? `device/${id}` : `group/${group}`, desired)
      }
      if (desired.revision < verdict.revision) throw new StaleRevision()
    } catch (error) {
      if (!(error instanceof AffectdError) && !(error instanceof StaleRevision)) throw error
      const { code, message } = error
      this.#refused = { scope, revision: revisionIn(payload), error: { code, message } }
      return void this.#report()
    }
    // A retained message that comes back is not tried again.
    if (desired.revision === verdict.revision) return
    verdict.revision = desired.revision
    verdict.error = null
    if (this.manner === 'reject') {
      verdict.status = 'rejected'
      verdict.error = { code: 'CONFIG_CONFLICT', message: 'two keys do not fit \u001b[31m' }
      return void this.#report()
    }
    verdict.status = 'applied'
    const before = this.effective
    this.effective = mergePatch(before, desired.patch)
    this.#isConfirmed = false
    void this.#report().then(() => {
      this.#isConfirmed = true
      if (this.manner === 'roll back') {
        this.effective = before
        verdict.status = 'rolled_back'
        verdict.error = {
          code: 'CONFIG_ROLLED_BACK_CAPTURE',
          message: 'the microphone does not work under it',
        }
      }
      return this.#report()
    })
  }

  #answer(topic: string, payload: Buffer): void {
    if (this.manner === 'silent') return
    const { transaction } = JSON.parse(payload.toString()) as { transaction: string }
    const verb = topic.slice(`${this.#base}/request/`.length)
    const isOk = this.manner !== 'reject'
    const error = { code: 'CONFIG_NO_PREVIOUS', message: 'nothing was in force before' }
    void this.#say(
      `response/${verb}`,
      isOk ? { transaction, status: 'ok', data: {} } : { transaction, status: 'error', error },
      false,
    )
  }

  #report(): Promise<void> {
    const { group } = this.options
    // Reports differ in their time, as on a clock that goes on.
    const time = new Date(Date.UTC(2026, 10, 21, 8) + this.#reports++).toISOString()
    return this.#say('config/reported', {
      schema: 'affectd.config_reported/1',
      ...this.#own,
      group: group ?? null,
      group_revision: group === undefined ? null : this.#group.revision,
      group_status: this.#group.status,
      group_error: this.#group.error,
      confirmed: this.#isConfirmed,
      trial_until: this.#isConfirmed ? null : '2026-11-21T08:02:00.000Z',
      refused: this.#refused,
      effective: this.effective,
      time,
    })
  }

  async #garble(): Promise<void> {
    await this.client.publishAsync(`${this.#base}/config/reported`, '{"revision":"\u001b[2J', {
      qos: 1,
      retain: true,
    })
  }

  async #say(name: string, payload: object, retain = true): Promise<void> {
    await this.client.publishAsync(`${this.#base}/${name}`, JSON.stringify(payload), { qos: 1, retain })
  }
}

class StaleRevision extends Error {
  readonly code = 'CONFIG_REVISION_STALE'
}

function statusOf(state: string, reason: string | null): object {
  return { state, reason, time: '2026-11-21T08:00:00.000Z' }
}

function revisionIn(payload: Buffer): unknown {
  try {
    return (JSON.parse(payload.toString()) as { revision?: unknown }).revision ?? null
  } catch {
    return null
  }
}
