import type { Topics } from '../topics.js'
import type { Entities, Entity } from './entity.js'
import { fieldTemplate, REASON_TEMPLATE } from './templates.js'

/** Reports that may be missed before what they said is no longer believed. */
const REPORTS_MISSED = 3

/**
 * What tells whether the device is well. Those from `health` expire: a device that hangs keeps its connection, and with
 * it its availability, but reports no more.
 *
 * @param healthIntervalS time between two reports
 */
export function diagnosticEntities(topics: Topics, healthIntervalS: number): Entities {
  const expires = { expire_after: Math.ceil(REPORTS_MISSED * healthIntervalS) }
  const health = (name: string, field: string, rest: Readonly<Record<string, unknown>>): Entity => ({
    ...diagnostic(name, topics.health, fieldTemplate(field)),
    ...expires,
    ...rest,
  })
  const counter = { state_class: 'total_increasing' }
  return {
    status_reason: {
      ...diagnostic('Status reason', topics.status, REASON_TEMPLATE),
      icon: 'mdi:information',
    },
    capture_state: health('Microphone', 'capture_state', { icon: 'mdi:microphone-message' }),
    capture_drops: health('Lost frames', 'capture_drops', { ...counter, icon: 'mdi:waveform' }),
    outbox_depth: health('Events waiting', 'outbox_depth', {
      state_class: 'measurement',
      icon: 'mdi:tray-full',
    }),
    outbox_dropped: health('Events lost', 'outbox_dropped', { ...counter, icon: 'mdi:tray-remove' }),
    reconnects: health('Reconnects', 'reconnects', { ...counter, icon: 'mdi:lan-connect' }),
    cpu: health('CPU', 'cpu_percent', {
      state_class: 'measurement',
      unit_of_measurement: '%',
      suggested_display_precision: 0,
      icon: 'mdi:cpu-64-bit',
    }),
    rss: health('Memory', 'rss_mb', {
      state_class: 'measurement',
      device_class: 'data_size',
      unit_of_measurement: 'MB',
      suggested_display_precision: 0,
    }),
    uptime: health('Uptime', 'uptime_s', {
      state_class: 'total_increasing',
      device_class: 'duration',
      unit_of_measurement: 's',
      // Another value with every report, for ever: kept out of the recorder unless somebody wants it.
      enabled_by_default: false,
    }),
    config_revision: {
      ...diagnostic('Configuration revision', topics.configReported, fieldTemplate('revision')),
      icon: 'mdi:cog-sync',
    },
  }
}

function diagnostic(name: string, stateTopic: string, template: string): Entity {
  return {
    platform: 'sensor',
    name,
    entity_category: 'diagnostic',
    state_topic: stateTopic,
    value_template: template,
  }
}
