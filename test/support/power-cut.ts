import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('./power-cut.c', import.meta.url))
let built: Buffer | undefined

/** Built once a process: a test may want hundreds of disks. */
function library(scratch: string): Buffer {
  if (built !== undefined) return built
  const path = join(scratch, 'power-cut.so')
  execFileSync('gcc', ['-O2', '-Wall', '-shared', '-fPIC', '-o', path, SOURCE, '-ldl', '-lpthread'])
  return (built = readFileSync(path))
}

/** A disk that forgets what was not synced: see power-cut.c. */
export class ForgetfulDisk {
  readonly folder: string
  readonly #shadow: string
  readonly #library: string
  readonly #counts: string

  /** @param scratch an empty folder; gets the library */
  constructor(scratch: string) {
    this.folder = join(scratch, 'disk')
    this.#shadow = join(scratch, 'shadow')
    this.#library = join(scratch, 'power-cut.so')
    this.#counts = join(scratch, 'counts')
    mkdirSync(this.folder)
    writeFileSync(this.#library, library(scratch))
    this.settle()
  }

  /** Environment of a process whose writes to `folder` are watched. */
  env(fail?: {
    readonly at: number
    readonly how: 'EIO' | 'ENOSPC'
    readonly count: number
  }): NodeJS.ProcessEnv {
    return {
      LD_PRELOAD: this.#library,
      POWER_CUT_FOLDER: this.folder,
      POWER_CUT_SHADOW: this.#shadow,
      POWER_CUT_COUNTS: this.#counts,
      ...(fail && {
        POWER_CUT_FAIL_AT: String(fail.at),
        POWER_CUT_FAIL: fail.how,
        POWER_CUT_FAIL_COUNT: String(fail.count),
      }),
    }
  }

  /** Environment of a process that is killed before its `at`-th call that would change `folder`. */
  envDyingAt(at: number): NodeJS.ProcessEnv {
    return { ...this.env(), POWER_CUT_DIE_AT: String(at) }
  }

  /** By the process that was last watched. */
  get counts(): { readonly writes: number; readonly syncs: number; readonly bytes: number } {
    const [writes = 0, syncs = 0, bytes = 0] = readFileSync(this.#counts, 'utf8').split(' ').map(Number)
    return { writes, syncs, bytes }
  }

  /**
   * After the process was killed: the folder becomes what was synced of it.
   *
   * @param luck in [0, 1): which part of what was appended to a synced file since reached the disk by itself
   */
  cutPower(luck: () => number): void {
    if (!existsSync(this.#shadow)) mkdirSync(this.#shadow)
    this.#addTails('', luck)
    rmSync(this.folder, { recursive: true, force: true })
    cpSync(this.#shadow, this.folder, { recursive: true, filter: (path) => !path.endsWith('.shadow') })
    this.settle()
  }

  #addTails(below: string, luck: () => number): void {
    for (const entry of readdirSync(join(this.#shadow, below), { withFileTypes: true })) {
      const name = join(below, entry.name)
      const left = join(this.folder, name)
      if (entry.isDirectory()) this.#addTails(name, luck)
      else if (existsSync(left) && statSync(left).isFile()) {
        const synced = readFileSync(join(this.#shadow, name))
        const whole = readFileSync(left)
        if (!whole.subarray(0, synced.length).equals(synced)) continue
        const part = Math.floor((whole.length - synced.length) * luck())
        writeFileSync(join(this.#shadow, name), whole.subarray(0, synced.length + part))
      }
    }
  }

  /** All that lies in the folder now is on the disk: somebody unwatched has written into it. */
  settle(): void {
    rmSync(this.#shadow, { recursive: true, force: true })
    rmSync(`${this.#shadow}.inodes`, { recursive: true, force: true })
    cpSync(this.folder, this.#shadow, { recursive: true })
    mkdirSync(`${this.#shadow}.inodes`)
    this.#rememberInodes(this.folder)
  }

  #rememberInodes(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) this.#rememberInodes(path)
      else cpSync(path, join(`${this.#shadow}.inodes`, String(statSync(path).ino)))
    }
  }
}
