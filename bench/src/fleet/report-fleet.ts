import { fixed, type Section } from '../section.js'
import type { Steady } from './phases.js'

const HEAD = [
  'devices',
  'events heard a second',
  'delay p50 / p95 / p99',
  'request p50 / p99',
  'still in outboxes',
  'CPU of broker, devices, ledger, all else (% of a core)',
  'memory of broker, devices',
] as const

export const ms = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : `${fixed(value, value < 10 ? 1 : 0)} ms`

export function steadySection(
  id: string,
  title: string,
  notes: readonly string[],
  steps: readonly Steady[],
): Section {
  const rows = steps.map((step) => {
    const { latencyMs, requestMs } = step
    return [
      String(step.devices),
      fixed(step.eventsPerSecond, 0),
      [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(ms).join(' / '),
      [requestMs.p50, requestMs.p99].map(ms).join(' / '),
      String(step.backlog),
      [step.brokerCpuPercent, step.devicesCpuPercent, step.listenerCpuPercent, step.othersCpuPercent]
        .map((cpu) => fixed(cpu, 0))
        .join(', '),
      `${fixed(step.brokerRssMb, 0)} MB, ${fixed(step.devicesRssMb, 0)} MB`,
    ]
  })
  const figures = Object.fromEntries(
    steps.flatMap((step) =>
      Object.entries({
        eventsPerSecond: step.eventsPerSecond,
        latencyP50Ms: step.latencyMs.p50,
        latencyP95Ms: step.latencyMs.p95,
        latencyP99Ms: step.latencyMs.p99,
        requestP50Ms: step.requestMs.p50,
        requestP99Ms: step.requestMs.p99,
        backlog: step.backlog,
        brokerCpuPercent: step.brokerCpuPercent,
        devicesCpuPercent: step.devicesCpuPercent,
        listenerCpuPercent: step.listenerCpuPercent,
        othersCpuPercent: step.othersCpuPercent,
        brokerRssMb: step.brokerRssMb,
        devicesRssMb: step.devicesRssMb,
      }).map(([name, value]) => [`${name}_${step.devices}`, value]),
    ),
  )
  return { id, title, notes, head: HEAD, rows, figures }
}

/** A table of two columns. */
export function factSection(
  id: string,
  title: string,
  notes: readonly string[],
  rows: readonly (readonly [what: string, value: string, figure?: number | undefined])[],
): Section {
  return {
    id,
    title,
    notes,
    head: ['what', 'value'],
    rows: rows.map(([what, value]) => [what, value]),
    figures: Object.fromEntries(
      rows.flatMap(([what, , figure]) => (figure === undefined ? [] : [[what.replaceAll(' ', '_'), figure]])),
    ),
  }
}
