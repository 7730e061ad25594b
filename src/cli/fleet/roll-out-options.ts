import { FleetError, UsageError } from '../../errors.js'
import type { CommandIo } from '../io.js'
import { FLEET_OPTIONS, secondsIn } from './fleet-options.js'
import type { FleetWorld } from './fleet-world.js'
import type { Outcome } from './outcome.js'
import { outcomeRows, refuseFailure, writeOutcomes } from './outcome-report.js'
import { RollOutProgress } from './roll-out-progress.js'
import { rollOut } from './roll-out.js'
import { DEFAULT_STAGES, parseStages, stageEnds, type Stage } from './stages.js'

/** Options of the commands that change devices. */
export const ROLL_OUT_OPTIONS = {
  ...FLEET_OPTIONS,
  stages: { type: 'string' },
  'max-failures': { type: 'string' },
  timeout: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  json: { type: 'boolean' },
} as const

export const ROLL_OUT_HELP = `Roll-out:
  --stages LIST     how many devices are changed before looking back: numbers and shares; default ${DEFAULT_STAGES}.
                    What the last stage leaves out is not changed
  --max-failures N  so many failures end the roll-out; default 1
  --timeout S       longest wait for each device
  --yes             do not ask before more than one device is changed
  --json            one JSON object a device and line
`

export interface RollOutSettings {
  readonly stages: readonly Stage[]
  readonly maxFailures: number
  readonly timeoutMs: number
  readonly isYes: boolean
  readonly isJson: boolean
}

/** @throws {UsageError} USAGE_ARGUMENTS */
export function rollOutSettings(
  command: string,
  values: {
    readonly stages?: string | undefined
    readonly 'max-failures'?: string | undefined
    readonly timeout?: string | undefined
    readonly yes?: boolean | undefined
    readonly json?: boolean | undefined
  },
  defaultTimeoutS: number,
): RollOutSettings {
  const failures = values['max-failures'] ?? '1'
  if (!/^[1-9]\d{0,5}$/.test(failures)) {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      `affectd ${command}: --max-failures is a whole number of 1 or more, not '${failures}'`,
    )
  }
  return {
    stages: parseStages(command, values.stages ?? DEFAULT_STAGES),
    maxFailures: Number(failures),
    timeoutMs: 1000 * secondsIn(command, '--timeout', values.timeout ?? String(defaultTimeoutS)),
    isYes: values.yes === true,
    isJson: values.json === true,
  }
}

/**
 * Asks before more than one device is changed.
 *
 * @param what `set affect.min_confidence`
 * @throws {UsageError} USAGE_ARGUMENTS where nobody can be asked
 * @throws {FleetError} FLEET_FAILED if the answer is no
 */
export async function askBefore(
  command: string,
  what: string,
  count: number,
  { isYes }: RollOutSettings,
  { confirm }: FleetWorld,
): Promise<void> {
  if (isYes || count <= 1) return
  if (confirm === undefined) {
    throw new UsageError(
      'USAGE_ARGUMENTS',
      `affectd ${command}: would change ${count} devices and nobody can be asked; give --yes`,
    )
  }
  if (!(await confirm(`${what} on ${count} devices?`))) {
    throw new FleetError('FLEET_FAILED', `not confirmed: nothing was sent to any of ${count} devices`)
  }
}

/**
 * Rolls out, shows progress, writes the results.
 *
 * @param passedOver outcomes that are known before anything is sent
 * @param ids        of all selected, in order
 * @throws {FleetError} FLEET_FAILED, FLEET_NO_DEVICE if there was nothing to send to
 */
export async function runRollOut(
  io: CommandIo,
  world: FleetWorld,
  settings: RollOutSettings,
  goal: string,
  ids: readonly string[],
  passedOver: ReadonlyMap<string, Outcome>,
  act: (id: string) => Promise<Outcome>,
): Promise<number> {
  const left = ids.filter((id) => !passedOver.has(id))
  const progress = new RollOutProgress(io, left.length, goal)
  const report = await rollOut({
    ids: left,
    stageEnds: stageEnds(settings.stages, left.length),
    maxFailures: settings.maxFailures,
    signal: world.signal,
    act,
    onStage: (stage, first, last) => progress.stage(stage, first, last),
    onOutcome: (id, outcome) => progress.settled(id, outcome),
  })
  const rows = outcomeRows(ids, new Map([...passedOver, ...report.outcomes]))
  writeOutcomes(io, rows, settings.isJson)
  refuseFailure(rows, report.stopped)
  if (rows.every(([, outcome]) => outcome !== 'not changed' && outcome.kind === 'skipped')) {
    throw new FleetError('FLEET_NO_DEVICE', `none of ${ids.length} devices is online; nothing was sent`)
  }
  return 0
}
