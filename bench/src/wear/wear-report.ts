import type { DiskCounts } from '../../../test/support/disk-meter.js'
import type { Machine } from '../machine.js'
import { total, type Wear } from './measure-wear.js'

export interface WearReport {
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly speed: number
  readonly seed: number
  readonly cases: readonly Wear[]
}

const HOURS_A_YEAR = 365 * 24
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

export function wearMarkdown({ date, command, machine: on, speed, seed, cases }: WearReport): string {
  const hours = cases[0]?.hours ?? NaN
  return [
    `# What is written, ${date}`,
    '',
    `\`${command}\` on ${on.cpu}, ${on.cores} cores, Node ${on.node}, commit ${on.commit}, seed ${seed}. The installed agent with its`,
    `default configuration, adaptation as at a microphone, its clocks ${speed} times as fast, ${hours} h of each case. Counted below`,
    '`device.state_dir` at the calls of the C library, so without what the file system adds; pages are what the kernel was given to',
    'write to a disk in that time, log and all. The log goes to standard error.',
    '',
    '## An hour',
    '',
    row(['', 'events', 'KiB', 'writes', 'syncs', 'names', 'pages, KiB', 'log, KiB', 'GiB a year']),
    row(['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:', '---:']),
    ...cases.map(hourRow),
    '',
    'Names: files created, renamed and deleted.',
    '',
    ...cases.flatMap(caseTable),
    '## Once',
    '',
    row(['', 'start, KiB', 'syncs', 'end, KiB', 'syncs']),
    row(['---', '---:', '---:', '---:', '---:']),
    ...cases.map(({ name, start, end }) =>
      row([name, kib(start.bytes), start.syncs, kib(end.bytes), end.syncs]),
    ),
    '',
  ].join('\n')
}

function hourRow({ name, hours, events, between, pageBytes, logBytes }: Wear): string {
  const { bytes, writes, syncs, names } = total(between)
  const perHour = (count: number): string => (count / hours).toFixed(0)
  const gibAYear = (bytes / hours / 2 ** 30) * HOURS_A_YEAR
  return row([
    name,
    Number.isNaN(events) ? '–' : perHour(events),
    kib(bytes / hours),
    perHour(writes),
    perHour(syncs),
    perHour(names),
    kib(pageBytes / hours),
    kib(logBytes / hours),
    gibAYear.toFixed(2),
  ])
}

function caseTable({ name, hours, between }: Wear): string[] {
  const rows = Object.entries(between).filter(([, counts]) => isSomething(counts))
  if (rows.length === 0) return []
  const perHour = (count: number): string => (count / hours).toFixed(0)
  return [
    `## ${name[0]!.toUpperCase()}${name.slice(1)}`,
    '',
    row(['an hour', 'KiB', 'writes', 'syncs', 'names']),
    row(['---', '---:', '---:', '---:', '---:']),
    ...rows.map(([file, { bytes, writes, syncs, names }]) =>
      row([file, kib(bytes / hours), perHour(writes), perHour(syncs), perHour(names)]),
    ),
    '',
  ]
}

function isSomething({ writes, syncs, names }: DiskCounts): boolean {
  return writes + syncs + names > 0
}

function kib(bytes: number): string {
  return (bytes / 1024).toFixed(1)
}
