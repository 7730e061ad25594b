import type { Clock } from '../ops/clock.js'
import { AgeClock } from './age-clock.js'
import { MAX_POSITION } from './event-record.js'

const SCHEMA = 'affectd.outbox/1'
const MAX_BYTES = 1024
/** Positions laid claim to at once, so that the file is written once in so many events. */
const BLOCK = 16_384
/** Room for 2^16 leaps before positions end. */
const LEAP = 2 ** 36

/** A small file that survives a power cut. */
export interface RegisterFile {
  read(maxBytes: number): Uint8Array | undefined
  write(text: string): void
}

/**
 * What must outlive the events themselves: which positions have been given out, and how much time has passed. Kept
 * beside the store, so that positions also rise after everything was delivered, or the store was lost.
 */
export class OutboxRegister {
  readonly age: AgeClock
  readonly #file: RegisterFile
  #next = 1
  /** Positions below it may be in use after a restart. */
  #claimed = 1

  /** Reads what the process before has left; a file that cannot be read counts as none. */
  constructor(file: RegisterFile, clock: Clock) {
    this.#file = file
    const kept = read(file)
    this.#next = this.#claimed = kept?.next_position ?? 1
    this.age = new AgeClock(
      clock,
      kept === undefined ? undefined : { elapsedMs: kept.elapsed_ms, wallMs: kept.wall_ms },
    )
  }

  /** Of an event that goes to the disk only when `claim` has succeeded. */
  nextPosition(): number {
    return this.#next++
  }

  /** The store holds this event: positions and ages go on from it. */
  sawInStore(position: number, stampMs: number): void {
    this.#next = Math.max(this.#next, position + 1)
    this.age.atLeast(stampMs)
  }

  /**
   * The store cannot be read now, nor perhaps the file: positions go on far beyond what either may hold, at a place that
   * no other process that does so will choose, so that what waits takes no stored event's place later.
   *
   * @param where in [0, 1)
   */
  leap(where: number): void {
    this.#next = this.#claimed + Math.floor(where * LEAP)
  }

  /** Lays claim to all positions given out so far, for good. Throws what the file throws. */
  claim(): void {
    if (this.#next <= this.#claimed) return
    const claimed = this.#next + BLOCK
    this.#write(claimed)
    this.#claimed = claimed
  }

  /** Time has passed. Throws what the file throws. */
  save(): void {
    this.#write(this.#claimed)
  }

  #write(claimed: number): void {
    const { elapsedMs, wallMs } = this.age.mark
    const record: Register = {
      schema: SCHEMA,
      next_position: claimed,
      elapsed_ms: Math.round(elapsedMs),
      wall_ms: Math.round(wallMs),
    }
    this.#file.write(`${JSON.stringify(record)}\n`)
  }
}

interface Register {
  readonly schema: typeof SCHEMA
  readonly next_position: number
  readonly elapsed_ms: number
  readonly wall_ms: number
}

function read(file: RegisterFile): Register | undefined {
  try {
    const bytes = file.read(MAX_BYTES)
    const value: unknown = bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isRegister(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRegister(value: unknown): value is Register {
  if (typeof value !== 'object' || value === null) return false
  const { schema, next_position, elapsed_ms, wall_ms } = value as Record<string, unknown>
  return (
    schema === SCHEMA &&
    isCount(next_position, MAX_POSITION) &&
    next_position >= 1 &&
    isCount(elapsed_ms, Number.MAX_SAFE_INTEGER) &&
    isCount(wall_ms, 8.64e15)
  )
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max
}
