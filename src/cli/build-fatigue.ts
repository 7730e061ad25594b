import type { FatigueAssessment } from '../affect/fatigue/fatigue-assessment.js'
import { FatigueBaseline } from '../affect/fatigue/fatigue-baseline.js'
import type { Config } from '../config/config.js'
import { fatigueParamsOf } from '../config/fatigue-keys.js'
import { fatigueFile, FatigueKeeper } from '../fatigue-keeper.js'
import { FatigueMonitor } from '../fatigue-monitor.js'
import type { Segment } from '../gate/segment.js'
import { localTime } from '../ops/schedule/local-time.js'
import { samplesToMs } from '../units.js'
import type { AgentSession } from './agent-session.js'

/** The vocal fatigue indicator as a part of an agent: it hears what the pipeline hears. */
export interface FatiguePart {
  /** Hears a window; its samples are not retained. */
  readonly hear: (segment: Segment) => void
  /** A new assessment, once. */
  take(): FatigueAssessment | null
  /** The latest. */
  readonly assessment: FatigueAssessment
  /** The stream broke off. */
  breakOff(): void
  /** Once a day. */
  rollOver(): void
  /** Forgets the baseline; @returns speech that was known, ms */
  reset(): number
  start(): void
  stop(): void
}

/** @returns with its kept baseline; undefined where fatigue is not looked for */
export function buildFatigue(
  { fatigue, device, schedule }: Config,
  { clock, log }: Pick<AgentSession, 'clock' | 'log'>,
  streamStartMs: () => number | undefined,
): FatiguePart | undefined {
  const params = fatigueParamsOf(fatigue)
  if (params.mode === 'off') return undefined
  const hourOf = (unixMs: number): number => localTime(unixMs, schedule.time_zone).minuteOfDay / 60
  const monitor = new FatigueMonitor(params, new FatigueBaseline(params), hourOf)
  const keeper = new FatigueKeeper({
    baseline: monitor.baseline,
    file: fatigueFile(device.state_dir, params.profile),
    profile: params.profile,
    forget: () => monitor.reset(),
    clock,
    log,
  })
  keeper.restore()
  let taken: FatigueAssessment | null = null
  return {
    hear(segment) {
      const startMs = streamStartMs() ?? clock.nowMs() - samplesToMs(segment.startSample)
      taken = monitor.hear(segment, startMs + samplesToMs(segment.startSample)) ?? taken
    },
    take() {
      const assessment = taken
      taken = null
      return assessment
    },
    get assessment() {
      return monitor.assessment
    },
    breakOff: () => monitor.breakOff(),
    rollOver: () => monitor.rollOver(),
    reset: () => keeper.reset(),
    start: () => keeper.start(),
    stop: () => keeper.stop(),
  }
}
