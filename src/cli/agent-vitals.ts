import type { AgentCounts } from '../ops/service/agent-progress.js'
import { agentProgress } from '../ops/service/agent-progress.js'
import type { Vitals } from '../ops/service/service-notifier.js'
import type { PublisherCounts } from '../publish/publisher.js'
import type { StatusNow } from '../device-status.js'
import { packageVersion } from './version.js'

/** What an agent's vitals are read from. */
export interface VitalsReadings extends Pick<
  AgentCounts,
  'isListening' | 'framesJudged' | 'captureRestarts'
> {
  readonly status: StatusNow
  readonly publisher: PublisherCounts
  /** Of the model that judges; null: none does. */
  readonly modelId: string | null
}

/** How an agent gets on, and one line of it for `systemctl status`, which the deployment scripts read, too. */
export function agentVitals({ status, publisher, modelId, ...hearing }: VitalsReadings): Vitals {
  const { state, reason } = status
  return {
    parts: agentProgress({ ...hearing, ...publisher }),
    text: [
      reason === null ? state : `${state} (${reason})`,
      `broker ${publisher.connected ? 'connected' : 'away'}`,
      `outbox ${publisher.outboxDepth}`,
      `model ${modelId ?? 'none'}`,
      `affectd ${packageVersion()}`,
    ].join('; '),
  }
}
