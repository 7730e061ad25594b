import type { Config } from '../config/config.js'
import { nodeCron } from '../ops/schedule/cron.js'
import { zoneName } from '../ops/schedule/local-time.js'
import { MuteFile } from '../ops/mute-file.js'
import { lets } from '../publish/privacy-modes.js'
import type { Message } from '../publish/publisher.js'
import { summaryMessage } from '../publish/summary-message.js'
import type { Topics } from '../publish/topics.js'
import { Schedules } from '../schedules.js'
import { Summaries, type PeriodRule } from '../summaries.js'
import type { AgentSession } from './agent-session.js'

/** What an agent does by the clock, what it counts, and what holds it off listening beside a request. */
export interface SchedulePart {
  readonly summaries: Summaries
  readonly isQuiet: () => boolean
  start(): void
  stop(): void
}

export interface ScheduleDeps {
  readonly session: Pick<AgentSession, 'clock' | 'log' | 'listening' | 'nextStamp' | 'stateFile'>
  readonly topics: Topics
  readonly tell: (message: Message) => void
  readonly rollOverBaseline: () => void
  /** Health and discovery are said again. */
  readonly refresh: () => void
}

export function buildSchedule(config: Config, deps: ScheduleDeps): SchedulePart {
  const { privacy, schedule, device } = config
  const { topics, tell, session } = deps
  const { clock, log, listening, nextStamp } = session
  const summaries = new Summaries({
    rule: periodRule(config),
    file: session.stateFile('summary.json'),
    clock,
    log,
    onPeriod(counts, period) {
      if (!lets(privacy.mode, 'summary')) return
      const of = { ...period, timeZone: zoneName(schedule.time_zone) }
      const discloses = privacy.mode === 'aggregate' ? 'aggregates' : 'everything'
      tell(summaryMessage(topics, counts, of, nextStamp(), { deviceId: device.id, discloses }))
    },
  })
  const schedules = new Schedules(
    {
      timeZone: schedule.time_zone,
      listeningHours: schedule.listening_hours,
      quietHours: schedule.quiet_hours,
      summaryTime: schedule.summary_time,
      baselineRollover: schedule.baseline_rollover,
      refresh: schedule.refresh,
    },
    {
      holdListening: (isHeld) => void listening.hold('schedule', isHeld),
      checkSummary: () => summaries.check(),
      rollOverBaseline: deps.rollOverBaseline,
      refresh: deps.refresh,
    },
    nodeCron,
    clock,
  )
  const mute = createMute(config, session)
  return {
    summaries,
    isQuiet: () => schedules.isQuiet(),
    start() {
      listening.hold('privacy_off', privacy.mode === 'off')
      if (mute === undefined) listening.hold('mute_file', false)
      mute?.start()
      summaries.start()
      schedules.start()
    },
    stop() {
      schedules.stop()
      summaries.stop()
      mute?.stop()
    },
  }
}

function createMute(
  { privacy }: Config,
  { clock, log, listening }: ScheduleDeps['session'],
): MuteFile | undefined {
  if (privacy.mute_file === '') return undefined
  const mutedValue = privacy.mute_active === 'high' ? '1' : '0'
  return new MuteFile(
    { path: privacy.mute_file, mutedValue, clock, log },
    (isMuted) => void listening.hold('mute_file', isMuted),
  )
}

function periodRule({ privacy, schedule }: Config): PeriodRule {
  if (privacy.mode !== 'aggregate') {
    return { kind: 'day', timeZone: schedule.time_zone, beginsAt: schedule.summary_time }
  }
  return {
    kind: 'aggregate',
    minMinutes: privacy.aggregate_minutes,
    minDecisions: privacy.aggregate_segments,
  }
}
