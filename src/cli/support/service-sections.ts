import { programOutput } from './program-output.js'
import type { Section } from './section.js'

const UNIT = 'affectd'
const JOURNAL_LINES = 300
/** Nothing of the environment or of credentials. */
const PROPERTIES = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'UnitFileState',
  'FragmentPath',
  'DropInPaths',
  'ExecMainStartTimestamp',
  'ExecMainExitTimestamp',
  'ExecMainCode',
  'ExecMainStatus',
  'NRestarts',
  'MainPID',
  'User',
  'MemoryCurrent',
  'MemoryPeak',
  'MemoryMax',
  'CPUUsageNSec',
  'TasksCurrent',
  'WatchdogUSec',
  'WatchdogTimestamp',
]

/** What systemd knows of the service. */
export function serviceSections(env: NodeJS.ProcessEnv): readonly Section[] {
  return [
    {
      title: 'service',
      gather: (signal) =>
        programOutput('systemctl', ['show', UNIT, '--no-pager', `--property=${PROPERTIES.join(',')}`], {
          env,
          signal,
        }),
    },
    {
      title: `journal, the last ${JOURNAL_LINES} lines`,
      maxChars: 128 * 1024,
      gather: (signal) =>
        programOutput(
          'journalctl',
          ['-u', UNIT, '-n', String(JOURNAL_LINES), '--no-pager', '-o', 'short-iso'],
          {
            env,
            signal,
          },
        ),
    },
  ]
}
