import { cpus } from 'node:os'
import type { Mosquitto } from '../../../test/support/mosquitto.js'
import { usageOf } from '../agent-process.js'
import { quantile } from '../measure.js'
import type { DevicePool } from './device-pool.js'
import type { Listener } from './listener.js'

const POLL_MS = 100

export interface Parts {
  readonly broker: Mosquitto
  readonly devices: DevicePool
  readonly listener: Listener
}

/** What a stretch of steady traffic showed. */
export interface Steady {
  readonly devices: number
  /** Events heard a second. */
  readonly eventsPerSecond: number
  /** From a device's publish to the subscriber, ms; NaN if nothing was heard. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number }
  /** From a request to its answer, ms. */
  readonly requestMs: { readonly p50: number; readonly p99: number }
  /** Events in the devices' outboxes at the end. */
  readonly backlog: number
  /** Shares of one core. */
  readonly brokerCpuPercent: number
  readonly devicesCpuPercent: number
  readonly listenerCpuPercent: number
  /** What else ran on the machine meanwhile. */
  readonly othersCpuPercent: number
  readonly brokerRssMb: number
  readonly devicesRssMb: number
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * @param limitMs gives up after so long
 * @returns ms until all devices were connected; undefined if they never were
 */
export async function untilConnected({ devices }: Parts, limitMs: number): Promise<number | undefined> {
  const startedMs = performance.now()
  while (performance.now() - startedMs < limitMs) {
    if ((await devices.report()).connected === devices.devices) return performance.now() - startedMs
    await pause(POLL_MS)
  }
  return undefined
}

/**
 * Waits until all that was published has been heard.
 *
 * @returns ms it took; undefined if something is still missing after `limitMs`
 */
export async function untilHeard({ devices, listener }: Parts, limitMs: number): Promise<number | undefined> {
  const startedMs = performance.now()
  while (performance.now() - startedMs < limitMs) {
    const { sent } = await devices.report()
    if (listener.distinct === sent.reduce((total, [, seq]) => total + seq, 0))
      return performance.now() - startedMs
    await pause(POLL_MS)
  }
  return undefined
}

/** @param requestsPerSecond of all devices together */
export async function steady(parts: Parts, seconds: number, requestsPerSecond: number): Promise<Steady> {
  const { broker, devices, listener } = parts
  const read = () => ({
    atMs: performance.now(),
    heard: listener.distinct,
    broker: usageOf(broker.pid as number),
    devices: devices.usage(),
    listener: usageOf(process.pid),
    machine: { cpuMs: machineCpuMs() },
  })
  listener.take()
  const before = read()
  const asking = setInterval(
    () => listener.ping(`sim-${Math.floor(Math.random() * devices.devices)}`),
    1000 / requestsPerSecond,
  )
  await pause(seconds * 1000)
  clearInterval(asking)
  const after = read()
  const { latenciesMs, roundTripsMs } = listener.take()
  const elapsedMs = after.atMs - before.atMs
  const cpuPercent = (of: 'broker' | 'devices' | 'listener' | 'machine'): number =>
    (100 * (after[of].cpuMs - before[of].cpuMs)) / elapsedMs
  const ours = cpuPercent('broker') + cpuPercent('devices') + cpuPercent('listener')
  const at = (values: readonly number[], share: number): number =>
    values.length === 0 ? NaN : quantile(values, share)
  return {
    devices: devices.devices,
    eventsPerSecond: (1000 * (after.heard - before.heard)) / elapsedMs,
    latencyMs: { p50: at(latenciesMs, 0.5), p95: at(latenciesMs, 0.95), p99: at(latenciesMs, 0.99) },
    requestMs: { p50: at(roundTripsMs, 0.5), p99: at(roundTripsMs, 0.99) },
    backlog: (await devices.report()).outboxDepth,
    brokerCpuPercent: cpuPercent('broker'),
    devicesCpuPercent: cpuPercent('devices'),
    listenerCpuPercent: cpuPercent('listener'),
    othersCpuPercent: Math.max(0, cpuPercent('machine') - ours),
    brokerRssMb: after.broker.rssMb,
    devicesRssMb: after.devices.rssMb,
  }
}

/** Busy time of all cores together. */
function machineCpuMs(): number {
  return cpus().reduce((total, { times }) => total + times.user + times.nice + times.sys + times.irq, 0)
}

/**
 * Every device loses the broker at once: it is ended, stays away and comes back with what it has on its disk.
 *
 * @returns ms from its return until every device was connected again; undefined if some never were
 */
export async function storm(parts: Parts, awayMs: number, limitMs: number): Promise<number | undefined> {
  await parts.broker.kill('SIGTERM')
  await pause(awayMs)
  await parts.broker.start()
  return await untilConnected(parts, limitMs)
}
