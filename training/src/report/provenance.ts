import { machine, type Machine } from '../../../bench/src/machine.js'
import { table, type Block } from './document.js'

/** Where figures come from, so that they can be had again. */
export interface Provenance extends Machine {
  readonly command: string
  /** RFC 3339. */
  readonly date: string
  readonly seeds: Readonly<Record<string, number | readonly number[]>>
}

/** @param command as a person would type it: `npm run evaluate` */
export function provenance(command: string, seeds: Provenance['seeds']): Provenance {
  const given = process.argv.slice(2).map(quoted)
  return {
    command: [command, ...(given.length > 0 ? ['--'] : []), ...given].join(' '),
    date: new Date().toISOString(),
    ...machine(),
    seeds,
  }
}

/** @param artefacts SHA-256 of each manifest, by the artefact's name */
export function provenanceTable(
  { command, commit, date, cpu, cores, node, seeds }: Provenance,
  artefacts: Readonly<Record<string, string>> = {},
): Block {
  const seedText = Object.entries(seeds).map(([name, seed]) => `${name} ${[seed].flat().join(', ')}`)
  return table(
    ['made by', ''],
    [
      ['command', command],
      ['commit', commit],
      ['date', date],
      ['machine', `${cpu}, ${cores} cores, Node ${node}`],
      ['seeds', seedText.join('; ') || 'none'],
      ...Object.entries(artefacts).map(([name, sha256]) => [name, `sha256 ${sha256}`]),
    ],
  )
}

/** Paths of this machine say nothing elsewhere: what lies below the present folder is named from there. */
function quoted(argument: string): string {
  const plain = argument.startsWith(`${process.cwd()}/`) ? argument.slice(process.cwd().length + 1) : argument
  return /^[\w./:=@,+-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`
}
