import { createRandom, type Random } from '../../../training/src/random.js'

export const FAULT_KINDS = [
  'broker_restart',
  'broker_kill',
  'network_cut',
  'slow_link',
  'agent_kill',
  'agent_restart',
  'remote_restart',
  'disk_full',
  'disk_read_only',
  'clock_jump',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** One thing that goes wrong in a round. */
export interface PlannedFault {
  readonly kind: FaultKind
  /** In which way, where there are several. */
  readonly variant: string
  /** After events have begun to flow. */
  readonly startMs: number
  readonly durationMs: number
  /** Times that it happens within its duration. */
  readonly times: number
}

export interface RoundPlan {
  readonly seed: number
  /** From 1 on. */
  readonly round: number
  readonly faults: readonly PlannedFault[]
}

interface Shape {
  readonly variants: readonly string[]
  readonly minMs: number
  readonly maxMs: number
  readonly maxTimes: number
}

const SHAPES: Readonly<Record<FaultKind, Shape>> = {
  broker_restart: { variants: ['SIGTERM'], minMs: 100, maxMs: 4000, maxTimes: 1 },
  broker_kill: { variants: ['SIGKILL'], minMs: 100, maxMs: 4000, maxTimes: 1 },
  // Longer than the keepalive half of the time: TCP alone heals the short ones.
  network_cut: { variants: ['both', 'in', 'out', 'link'], minMs: 500, maxMs: 12_000, maxTimes: 1 },
  slow_link: {
    variants: ['stall', 'jitter', 'slow', 'deaf', 'drop', 'half_open', 'reset'],
    minMs: 500,
    maxMs: 8000,
    maxTimes: 1,
  },
  agent_kill: { variants: ['SIGKILL'], minMs: 500, maxMs: 5000, maxTimes: 4 },
  agent_restart: { variants: ['SIGTERM'], minMs: 500, maxMs: 3000, maxTimes: 2 },
  remote_restart: { variants: ['request', 'revision', 'any'], minMs: 1000, maxMs: 8000, maxTimes: 6 },
  disk_full: { variants: ['tmpfs'], minMs: 500, maxMs: 5000, maxTimes: 1 },
  disk_read_only: { variants: ['ext4'], minMs: 500, maxMs: 4000, maxTimes: 1 },
  clock_jump: { variants: ['hour', 'day', 'years', 'any'], minMs: 500, maxMs: 4000, maxTimes: 4 },
}

/** Pairs that say nothing together: the second would happen to what the first has already taken away. */
const EXCLUSIVE: readonly (readonly FaultKind[])[] = [
  ['broker_restart', 'broker_kill'],
  ['network_cut', 'slow_link'],
  ['agent_kill', 'agent_restart'],
  ['disk_full', 'disk_read_only'],
]

const MAX_START_MS = 1500

/**
 * What goes wrong in one round: the first kind comes from a shuffled deck, so that every kind comes once in as many
 * rounds as there are kinds; in half of the rounds a second one happens at about the same time. The same seed, round and kinds
 * give the same plan.
 *
 * @param round from 1 on
 * @param kinds those that can be had here, at least one
 */
export function drawRound(seed: number, round: number, kinds: readonly FaultKind[]): RoundPlan {
  const deck = createRandom(seed, Math.floor((round - 1) / kinds.length)).shuffle([...kinds])
  const first = deck[(round - 1) % kinds.length]!
  const random = createRandom(seed, round, kinds.length)
  const companions = kinds.filter((kind) => kind !== first && !exclude(first, kind))
  const isPair = companions.length > 0 && random.next() < 0.5
  const drawn = isPair ? [first, companions[random.below(companions.length)]!] : [first]
  return { seed, round, faults: drawn.map((kind) => drawFault(kind, random)) }
}

function exclude(a: FaultKind, b: FaultKind): boolean {
  return EXCLUSIVE.some((group) => group.includes(a) && group.includes(b))
}

function drawFault(kind: FaultKind, random: Random): PlannedFault {
  const { variants, minMs, maxMs, maxTimes } = SHAPES[kind]
  return {
    kind,
    variant: variants[random.below(variants.length)]!,
    startMs: random.below(MAX_START_MS),
    durationMs: minMs + random.below(maxMs - minMs),
    times: 1 + random.below(maxTimes),
  }
}

/** `network_cut(in) + agent_kill(SIGKILL)` */
export function planName({ faults }: RoundPlan): string {
  return faults.map(({ kind, variant }) => `${kind}(${variant})`).join(' + ')
}
