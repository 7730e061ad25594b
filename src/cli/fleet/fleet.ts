import { readFileSync } from 'node:fs'
import { nearestKey } from '../../config/nearest-key.js'
import { UsageError } from '../../errors.js'
import type { CommandIo } from '../io.js'
import { withProcessWorld, type FleetWorld } from './fleet-world.js'
import { getCommand } from './get.js'
import { lsCommand } from './ls.js'
import { rollbackCommand } from './rollback.js'
import { setCommand } from './set.js'
import { watchFleetCommand } from './watch-fleet.js'

export const FLEET_HELP = `Usage: affectd fleet ls [DEVICE…]
       affectd fleet get DEVICE… [KEY…]
       affectd fleet set DEVICE… KEY=VALUE…
       affectd fleet rollback DEVICE…
       affectd fleet watch [DEVICE…]

ls        the devices: state, version, model, configuration, backlog
get       the configuration in force, and where devices differ
set       change the configuration, stage by stage
rollback  back to the configuration before, stage by stage
watch     status, configuration, alerts and rates as they come

--help of each says more. Exits 69 if the broker cannot be reached, or with FLEET_FAILED if a device did not do what
was asked.
`

const VERBS: ReadonlyMap<
  string,
  (args: readonly string[], io: CommandIo, world: FleetWorld) => Promise<number>
> = new Map([
  ['ls', lsCommand],
  ['get', getCommand],
  ['set', setCommand],
  ['rollback', rollbackCommand],
  ['watch', watchFleetCommand],
])

/**
 * `affectd fleet …`
 *
 * @param world the process's own unless a test says otherwise
 * @throws {UsageError} USAGE_UNKNOWN_COMMAND, and as the verb
 */
export function fleetCommand(args: readonly string[], io: CommandIo, world?: FleetWorld): Promise<number> {
  // An async shell around synchronous work, so that what it throws is always a rejection.
  return Promise.resolve().then(() => {
    const [name, ...rest] = args
    if (name === '--help' || name === '-h') {
      io.out(FLEET_HELP)
      return 0
    }
    const verb = VERBS.get(name ?? '')
    if (verb === undefined) throw unknownVerb(name)
    if (world !== undefined) return verb(rest, io, world)
    return withProcessWorld(
      () => readFileSync(0, 'utf8'),
      (own) => verb(rest, io, own),
    )
  })
}

function unknownVerb(name: string | undefined): UsageError {
  const nearest = name === undefined ? undefined : nearestKey(name, VERBS.keys())
  const hint = nearest === undefined ? 'see --help' : `did you mean ${nearest}?`
  return new UsageError(
    'USAGE_UNKNOWN_COMMAND',
    `affectd fleet takes ${[...VERBS.keys()].join(', ')}, not ${name === undefined ? 'nothing' : `'${name}'`}; ${hint}`,
  )
}
