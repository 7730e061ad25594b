import type { CaptureState } from '../agent.js'
import type { Config } from '../config/config.js'
import type { LoadedConfig } from '../config/load-config.js'
import { configReportedMessage } from '../publish/config-reported.js'
import type { Message, Publisher } from '../publish/publisher.js'
import type { Topics } from '../publish/topics.js'
import type { RemoteConfig } from '../remote-config.js'

const HEARD: ReadonlySet<CaptureState> = new Set(['healthy', 'running'])
/** Says nothing of the microphone. */
const UNHEARD: ReadonlySet<CaptureState> = new Set(['paused', 'ended'])

/** What remote configuration needs of an agent. */
export interface RemoteAgent {
  readonly builtFrom: LoadedConfig
  readonly topics: Topics
  readonly publisher: Pick<Publisher, 'subscribe' | 'counts'>
  readonly tell: (message: Message) => void
  /** Unix time, ms. */
  readonly nowMs: () => number
  readonly captureState: () => CaptureState
  readonly reconfigure: (config: Config) => void
  readonly restart: () => void
}

/** Lets an agent hear its remote configuration, say what became of it, and be changed by it. */
export function connectRemote(remote: RemoteConfig, agent: RemoteAgent): void {
  const { builtFrom, topics, publisher, tell, nowMs, captureState, reconfigure, restart } = agent
  const report = (): void => tell(configReportedMessage(topics, remote.report, nowMs()))
  remote.onReport(report)
  report()
  publisher.subscribe(topics.configDesired, ({ payload }) => remote.receive('device', payload))
  const { group } = builtFrom.config.device
  if (group !== '') {
    publisher.subscribe(topics.groupConfigDesired(group), ({ payload }) => remote.receive('group', payload))
  }
  remote.attach(builtFrom, {
    vitals: () => ({
      capture: UNHEARD.has(captureState()) ? undefined : HEARD.has(captureState()),
      broker: publisher.counts.connected,
    }),
    reconfigure(next) {
      reconfigure(next)
      report()
    },
    restart,
  })
}
