import type { Machine } from '../machine.js'
import type { SoakOutcome } from './run-soak.js'
import type { SoakSample } from './soak-sample.js'

/** Of the second quarter's median RSS. */
const RSS_TOLERANCE = 0.05
const QUARTERS = 4

export interface SoakReport extends SoakOutcome {
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly hours: number
  readonly speed: number
  readonly seed: number
  readonly verdict: readonly Finding[]
}

export interface Finding {
  readonly what: string
  readonly found: string
  readonly isMet: boolean
}

/** One line of progress. */
export function sampleLine(sample: SoakSample): string {
  const {
    audio_h: h,
    rss_bytes: rss,
    heap_used_bytes: heap,
    descriptors,
    threads,
    outbox_depth: depth,
  } = sample
  return [
    `${h.toFixed(2)} h`,
    `RSS ${mb(rss)} MB (most ${mb(sample.rss_max_bytes)})`,
    `heap ${mb(heap)} MB`,
    `${descriptors} fds, ${threads} threads, ${handlesOf(sample)} handles`,
    `loop p99 ${sample.delay_p99_ms.toFixed(1)} ms, max ${sample.delay_max_ms.toFixed(0)} ms`,
    `${sample.events} events, outbox ${depth}, dropped ${sample.outbox_dropped}`,
    `${sample.faults} faults`,
    `disk ${(sample.disk.bytes / 1024).toFixed(0)} KiB, ${sample.disk.syncs} syncs`,
  ].join(', ')
}

/** What must hold for a soak to have gone well. */
export function judgeSoak(outcome: SoakOutcome): Finding[] {
  const [, second = [], , last = []] = quarters(outcome.samples)
  const before = median(second.map(({ rss_bytes: bytes }) => bytes))
  const after = median(last.map(({ rss_bytes: bytes }) => bytes))
  const change = after / before - 1
  const equal = (what: string, of: (sample: SoakSample) => number): Finding => {
    const [from, to] = [median(second.map(of)), median(last.map(of))]
    return {
      what: `${what}: equal in the second and the last quarter`,
      found: `${from} and ${to}`,
      isMet: from === to,
    }
  }
  const none = (what: string, count: number): Finding => ({ what, found: String(count), isMet: count === 0 })
  return [
    {
      what: `RSS of the last quarter within ${100 * RSS_TOLERANCE} % of the second's, medians`,
      found: `${mb(before)} and ${mb(after)} MB, ${(100 * change).toFixed(1)} %`,
      isMet: Math.abs(change) <= RSS_TOLERANCE,
    },
    equal('open descriptors', ({ descriptors }) => descriptors),
    equal('active handles (sockets, pipes, children, watchers)', handlesOf),
    {
      // How many are under way depends on what was said a moment ago; one that nobody clears is there at every look.
      what: 'timers, the fewest of a quarter: no more in the last quarter than in the second',
      found: `${fewestTimers(second)} and ${fewestTimers(last)}`,
      isMet: fewestTimers(last) <= fewestTimers(second),
    },
    equal('threads', ({ threads }) => threads),
    none('events lost', outcome.lost),
    none('events out of order', outcome.out_of_order),
    none('events dropped by the outbox', outcome.samples.at(-1)?.outbox_dropped ?? 0),
    {
      what: 'one process from the start to the end, which delivered everything',
      found: [`${outcome.boots} boot`, ...outcome.troubles].join('; '),
      isMet: outcome.boots === 1 && outcome.troubles.length === 0,
    },
  ]
}

export function soakMarkdown(report: SoakReport): string {
  const { machine: on, hours, speed, samples, verdict } = report
  const isGood = verdict.every(({ isMet }) => isMet)
  return [
    `# Soak, ${report.date}`,
    '',
    `\`${report.command}\` on ${on.cpu}, ${on.cores} cores, Node ${on.node}, commit ${on.commit}, seed ${report.seed}.`,
    `${hours} h of audio at ${speed} times real time (${(report.took_s / 60).toFixed(1)} min), ${total(report.faults)} faults. The agent's clocks, wall and`,
    'monotonic, run as many times faster, so that its timers, intervals and schedules come as often as they do in that time. Delays',
    'and CPU are true ones. Samples are taken while nothing is wrong; “most” is the largest RSS seen in between.',
    '',
    `## ${isGood ? 'Good' : 'NOT good'}`,
    '',
    '| what must hold | found | |',
    '| --- | --- | --- |',
    ...verdict.map(({ what, found, isMet }) => `| ${what} | ${found} | ${isMet ? 'yes' : '**no**'} |`),
    '',
    '## By quarter',
    '',
    ...quarterTable(samples),
    '',
    '## Events',
    '',
    `${report.events} events heard by the subscriber, ${report.lost} lost, ${report.repeated} heard again, ${report.out_of_order} out of order, by \`boot_id\` and \`seq\`;`,
    `${report.responses} responses to requests. After the audio ended the rest was delivered in ${(report.drain_ms / 1000).toFixed(1)} s.`,
    '',
    ...countTable('heard on', report.heard),
    '',
    '## Faults',
    '',
    ...countTable('fault', report.faults),
    '',
    '## Audio',
    '',
    ...countTable('seconds of', report.audio_seconds),
    '',
    '## Wear',
    '',
    ...wearLines(report),
    '',
  ].join('\n')
}

function quarterTable(samples: readonly SoakSample[]): string[] {
  const columns: readonly (readonly [string, (of: readonly SoakSample[]) => string])[] = [
    ['samples', (of) => String(of.length)],
    ['audio to, h', (of) => (of.at(-1)?.audio_h ?? 0).toFixed(1)],
    ['RSS, MB', (of) => mb(median(of.map((sample) => sample.rss_bytes)))],
    ['RSS most, MB', (of) => mb(Math.max(...of.map((sample) => sample.rss_max_bytes)))],
    ['heap used, MB', (of) => mb(median(of.map((sample) => sample.heap_used_bytes)))],
    ['heap least, MB', (of) => mb(Math.min(...of.map((sample) => sample.heap_used_bytes)))],
    ['external, MB', (of) => mb(median(of.map((sample) => sample.external_bytes)))],
    ['descriptors', (of) => String(median(of.map((sample) => sample.descriptors)))],
    ['handles', (of) => String(median(of.map(handlesOf)))],
    ['timers, fewest', (of) => String(fewestTimers(of))],
    ['threads', (of) => String(median(of.map((sample) => sample.threads)))],
    ['loop p50, ms', (of) => median(of.map((sample) => sample.delay_p50_ms)).toFixed(1)],
    ['loop p99, ms', (of) => median(of.map((sample) => sample.delay_p99_ms)).toFixed(1)],
    ['loop most, ms', (of) => Math.max(...of.map((sample) => sample.delay_max_ms)).toFixed(0)],
    ['outbox most', (of) => String(Math.max(...of.map((sample) => sample.outbox_depth)))],
  ]
  const parts = quarters(samples)
  const firsts = [samples[0], ...parts.map((part) => part.at(-1))]
  const cpu = parts.map((_, n) => {
    const [from, to] = [firsts[n], firsts[n + 1]]
    if (from === undefined || to === undefined || to.audio_h === from.audio_h) return '–'
    return ((to.cpu_s - from.cpu_s) / (to.audio_h - from.audio_h)).toFixed(1)
  })
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    row(['', ...parts.map((_, n) => `quarter ${n + 1}`)]),
    row(['---', ...parts.map(() => '---:')]),
    ...columns.map(([name, of]) => row([name, ...parts.map((part) => (part.length === 0 ? '–' : of(part)))])),
    row(['CPU, s an hour of audio', ...cpu]),
  ]
}

function wearLines({ disk, samples, events }: SoakReport): string[] {
  const last = samples.at(-1)
  const hours = last?.clock_h ?? NaN
  const all = Object.values(disk)
  const sum = (of: (counts: (typeof all)[number]) => number): number =>
    all.reduce((total, counts) => total + of(counts), 0)
  const perHour = (count: number): string => (count / hours).toFixed(1)
  return [
    `Written below \`device.state_dir\` in ${hours.toFixed(1)} h of the agent's clock, counted at the calls of the C library. An hour: ${(sum(({ bytes }) => bytes) / 1024 / hours).toFixed(1)} KiB and ${perHour(sum(({ syncs }) => syncs))} syncs; an event: ${(sum(({ bytes }) => bytes) / events).toFixed(0)} bytes and ${(sum(({ syncs }) => syncs) / events).toFixed(2)} syncs. The kernel counts ${((last?.io_write_bytes ?? 0) / 1024 / hours).toFixed(1)} KiB an hour of pages handed to a disk (the log included).`,
    '',
    '| | KiB an hour | writes an hour | syncs an hour | names an hour |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...Object.entries(disk).map(
      ([name, counts]) =>
        `| ${name} | ${(counts.bytes / 1024 / hours).toFixed(1)} | ${perHour(counts.writes)} | ${perHour(counts.syncs)} | ${perHour(counts.names)} |`,
    ),
  ]
}

function countTable(name: string, counts: Readonly<Record<string, number>>): string[] {
  return [
    `| ${name} | |`,
    '| --- | ---: |',
    ...Object.entries(counts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, count]) => `| ${kind} | ${count} |`),
  ]
}

function quarters(samples: readonly SoakSample[]): SoakSample[][] {
  const end = samples.at(-1)?.audio_h ?? 0
  const parts: SoakSample[][] = Array.from({ length: QUARTERS }, () => [])
  for (const sample of samples) {
    parts[Math.min(QUARTERS - 1, Math.floor((QUARTERS * sample.audio_h) / end))]!.push(sample)
  }
  return parts
}

/** Without timers, and without what is under way for a moment: reading a file, looking up a name. */
function handlesOf({ handles }: SoakSample): number {
  return total(
    Object.fromEntries(Object.entries(handles).filter(([kind]) => !/^Timeout|^Immediate|Req/.test(kind))),
  )
}

function fewestTimers(samples: readonly SoakSample[]): number {
  return Math.min(...samples.map(({ handles }) => handles['Timeout'] ?? 0))
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
