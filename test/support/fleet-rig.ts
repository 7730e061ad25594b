import { fleetCommand } from '../../src/cli/fleet/fleet.js'
import type { FleetWorld } from '../../src/cli/fleet/fleet-world.js'
import type { CommandIo } from '../../src/cli/io.js'
import { AffectdError } from '../../src/errors.js'
import { systemClock } from '../../src/ops/clock.js'
import { memoryIo } from './memory-io.js'

export interface FleetRun {
  /** 0, or the status of the error that it ended with. */
  readonly status: number
  /** The error's code; undefined without one. */
  readonly code: string | undefined
  readonly message: string
  readonly stdout: string
  readonly stderr: string
  /** stdout as JSON, a line each. */
  json(): Record<string, unknown>[]
}

/** Runs `affectd fleet …` within this process, at a broker, as `main` would. */
export async function runFleet(
  url: string,
  args: readonly string[],
  world: Partial<FleetWorld> = {},
  terminal: Partial<CommandIo> = {},
): Promise<FleetRun> {
  const io = memoryIo({}, terminal)
  let failure: AffectdError | undefined
  let status = 0
  try {
    status = await fleetCommand([...args, '--broker', url, '--wait', '2'], io, {
      clock: systemClock,
      signal: new AbortController().signal,
      confirm: undefined,
      stdin: () => '',
      ...world,
    })
  } catch (error) {
    if (!(error instanceof AffectdError)) throw error
    failure = error
  }
  return {
    status: failure?.exitCode ?? status,
    code: failure?.code,
    message: failure?.message ?? '',
    stdout: io.stdout,
    stderr: io.stderr,
    json: () =>
      io.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}
