import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The machine's clock as the agent sees it, which can be set. Monotonic time runs on undisturbed, as it does in the kernel. */
export class FakedTime {
  readonly #file: string

  constructor(
    folder: string,
    private readonly library: string,
  ) {
    this.#file = join(folder, 'time-offset')
    this.set(0)
  }

  /** @param offsetS seconds from the true time */
  set(offsetS: number): void {
    const next = `${this.#file}.next`
    writeFileSync(next, `${offsetS >= 0 ? '+' : ''}${offsetS}\n`)
    renameSync(next, this.#file)
  }

  get env(): Record<string, string> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
      // Times of files stay true, and no shared memory is left behind by a process that is killed.
      NO_FAKE_STAT: '1',
      FAKETIME_DISABLE_SHM: '1',
    }
  }
}

/** The library of the Debian package faketime, or undefined. */
export function findFaketime(): string | undefined {
  return readdirSync('/usr/lib')
    .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
    .find(existsSync)
}
