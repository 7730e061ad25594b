import type { Machine } from './machine.js'
import type { Section } from './section.js'

/** One run of the benchmark. */
export interface Run {
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly inputHash: string
  readonly sections: readonly Section[]
}

export function toMarkdown({ date, command, machine, inputHash, sections }: Run): string {
  const { cpu, cores, node, commit } = machine
  return [
    `# Benchmark, ${date}`,
    '',
    `\`${command}\` on ${cpu}, ${cores} cores, Node ${node}, commit ${commit}, input ${inputHash}. What can be compared`,
    'between machines are the ratios, which come from one run each; times are this machine’s.',
    '',
    ...sections.flatMap(sectionLines),
  ].join('\n')
}

export function sectionLines({ title, notes, head, rows }: Section): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    `## ${title}`,
    '',
    ...notes.flatMap((note) => [note, '']),
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
  ]
}

/** Name of a result's files, without an ending: `2026-01-31-amd-epyc`. */
export function resultName({ date, machine }: Pick<Run, 'date' | 'machine'>): string {
  const cpu = machine.cpu
    .toLowerCase()
    .replace(/\(r\)|\(tm\)|@.*$/g, '')
    .replace(/[^a-z0-9]+/g, '-')
  return `${date.slice(0, 10)}-${cpu.replace(/^-|-$/g, '') || 'unknown'}`
}
