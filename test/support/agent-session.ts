import type { Readable } from 'node:stream'
import { createSession, type AgentSession } from '../../src/cli/agent-session.js'
import type { LevelledLogger } from '../../src/ops/logger.js'
import { MemoryOutbox } from '../../src/publish/memory-outbox.js'
import type { Outbox } from '../../src/publish/outbox.js'
import { recordingLogger } from './recording-logger.js'

/** A session that keeps nothing on disk and hears nobody but its broker. */
export function session(
  part: { log?: LevelledLogger; stdin?: () => Readable; outbox?: Outbox } = {},
): AgentSession {
  const { log = recordingLogger(), stdin = () => process.stdin, outbox = new MemoryOutbox() } = part
  return createSession({ log, stdin }, outbox)
}
