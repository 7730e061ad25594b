import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('./disk-meter.c', import.meta.url))
/** `struct row` of disk-meter.c. */
const NAME_BYTES = 64
const ROW_BYTES = NAME_BYTES + 4 * 8

/** What was written, of one name below the folder or of all. */
export interface DiskCounts {
  readonly writes: number
  readonly bytes: number
  readonly syncs: number
  /** Files created, renamed and deleted. */
  readonly names: number
}

export type DiskError = 'EIO' | 'ENOSPC' | 'EROFS'

/** Counts what processes write below a folder, and can make it fail under them: see disk-meter.c. Needs gcc. */
export class DiskMeter {
  readonly #table: string
  readonly #fail: string
  readonly #library: string

  /**
   * @param scratch where the library and the table go, outside of the folder
   * @param folder  an absolute path without links
   */
  constructor(
    scratch: string,
    private readonly folder: string,
  ) {
    this.#table = join(scratch, 'disk-meter.table')
    this.#fail = join(scratch, 'disk-meter.fail')
    this.#library = join(scratch, 'disk-meter.so')
    execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', this.#library, SOURCE, '-ldl'])
  }

  /** Environment of a process that is watched; `LD_PRELOAD` may be joined with others by a colon. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: this.#library,
      DISK_METER_FOLDER: this.folder,
      DISK_METER_TABLE: this.#table,
      DISK_METER_FAIL: this.#fail,
    }
  }

  /** By the first name below the folder; `.` is the folder itself. A `.part` counts as the file that it becomes. */
  get byName(): Map<string, DiskCounts> {
    const found = new Map<string, DiskCounts>()
    if (!existsSync(this.#table)) return found
    const table = readFileSync(this.#table)
    for (let at = 0; at + ROW_BYTES <= table.length && table[at] !== 0; at += ROW_BYTES) {
      const name = table.toString('utf8', at, at + NAME_BYTES).replace(/\0.*$/s, '')
      const [writes, bytes, syncs, names] = [0, 1, 2, 3].map((n) =>
        Number(table.readBigUInt64LE(at + NAME_BYTES + 8 * n)),
      ) as [number, number, number, number]
      found.set(name, sum([found.get(name) ?? NOTHING, { writes, bytes, syncs, names }]))
    }
    return found
  }

  get total(): DiskCounts {
    return sum([...this.byName.values()])
  }

  /** From now on whatever would change the folder fails. */
  fail(how: DiskError): void {
    writeFileSync(this.#fail, how)
  }

  mend(): void {
    rmSync(this.#fail, { force: true })
  }
}

const NOTHING: DiskCounts = { writes: 0, bytes: 0, syncs: 0, names: 0 }

function sum(counts: readonly DiskCounts[]): DiskCounts {
  const of = (field: keyof DiskCounts): number => counts.reduce((total, one) => total + one[field], 0)
  return { writes: of('writes'), bytes: of('bytes'), syncs: of('syncs'), names: of('names') }
}
