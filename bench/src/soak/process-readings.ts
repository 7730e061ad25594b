import { readdirSync, readFileSync } from 'node:fs'

/** What the kernel says of a process. */
export interface ProcessReadings {
  readonly rss_bytes: number
  readonly threads: number
  readonly descriptors: number
  /** Given to the page cache for a disk. */
  readonly io_write_bytes: number
  /** Handed to `write` and its kin, pipes and sockets included. */
  readonly io_wchar: number
  readonly io_syscw: number
}

/** @returns undefined if there is no such process any more */
export function readProcess(pid: number): ProcessReadings | undefined {
  try {
    const status = fields(readFileSync(`/proc/${pid}/status`, 'utf8'))
    const io = fields(readFileSync(`/proc/${pid}/io`, 'utf8'))
    return {
      rss_bytes: (status.get('VmRSS') ?? 0) * 1024,
      threads: status.get('Threads') ?? 0,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      io_write_bytes: io.get('write_bytes') ?? 0,
      io_wchar: io.get('wchar') ?? 0,
      io_syscw: io.get('syscw') ?? 0,
    }
  } catch {
    return undefined
  }
}

function fields(text: string): Map<string, number> {
  return new Map([...text.matchAll(/^(\w+):\s+(\d+)/gm)].map(([, name = '', value]) => [name, Number(value)]))
}
