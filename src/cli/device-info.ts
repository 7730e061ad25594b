import type { Config } from '../config/config.js'
import { infoMessage, type DeviceInfo } from '../publish/payloads.js'
import type { Message } from '../publish/publisher.js'
import type { Topics } from '../publish/topics.js'
import type { AgentSession } from './agent-session.js'
import { packageVersion } from './version.js'

/** What an agent knows of itself; the rest is its session's. */
export type AgentInfo = Pick<DeviceInfo, 'model' | 'featureParamsHash' | 'capabilities'>

/** What `info` says now. */
export function deviceInfo(
  { device }: Config,
  { bootId, clock, remote, run }: Pick<AgentSession, 'bootId' | 'clock' | 'remote' | 'run'>,
  topics: Topics,
  agent: AgentInfo,
): Message {
  const info = {
    ...agent,
    deviceId: device.id,
    bootId,
    versions: { affectd: packageVersion(), node: process.versions.node },
    configRevision: remote?.revision ?? 0,
    lastExit: run?.unclean ?? null,
  }
  return infoMessage(topics, info, clock.nowMs())
}
