import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findProgram } from '../../../test/support/require-part.js'

export type DiskKind = 'plain' | 'tmpfs' | 'ext4'

const SIZE_MB = 32
const FILL_BLOCK_BYTES = 64 * 1024

/** The disk of `device.state_dir`: a folder, or a small file system of its own that can be filled or made to fail. */
export class StateDisk {
  readonly folder: string
  readonly #image: string

  constructor(
    private readonly kind: DiskKind,
    parent: string,
  ) {
    this.folder = join(parent, 'state')
    this.#image = join(parent, 'state.img')
    mkdirSync(this.folder)
    if (kind === 'tmpfs') run('mount', '-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'affectd-chaos', this.folder)
    if (kind === 'ext4') {
      writeFileSync(this.#image, '')
      run('truncate', '-s', `${SIZE_MB}M`, this.#image)
      // Without a journal it can be mended in place, as a card is after a restart.
      run('mkfs.ext4', '-q', '-O', '^has_journal', this.#image)
      this.#mount()
    }
  }

  /** Not a byte is left. */
  fill(): void {
    const file = openSync(this.#filler, 'w')
    try {
      for (let size = FILL_BLOCK_BYTES; size >= 1; size = Math.floor(size / 2))
        fillWith(file, Buffer.alloc(size))
    } finally {
      closeSync(file)
    }
  }

  clear(): void {
    rmSync(this.#filler, { force: true })
  }

  /** The kernel finds an error and makes it read-only under whoever has files open, as it does with a worn SD card. */
  fail(): void {
    const device = spawnSync('findmnt', ['-no', 'SOURCE', this.folder], { encoding: 'utf8' }).stdout.trim()
    writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, '1')
  }

  /** Checks it and mounts it anew; nobody may have files open on it. */
  mend(): void {
    run('umount', this.folder)
    // 1: errors were corrected.
    const { status, stdout } = spawnSync('fsck.ext4', ['-y', '-f', this.#image], { encoding: 'utf8' })
    if (status === null || status > 1) throw new Error(`fsck.ext4 failed: ${stdout}`)
    this.#mount()
  }

  close(): void {
    if (this.kind !== 'plain') run('umount', this.folder)
    if (this.kind === 'ext4') rmSync(this.#image)
  }

  get #filler(): string {
    return join(this.folder, 'filler')
  }

  #mount(): void {
    run('mount', '-o', 'loop,errors=remount-ro', this.#image, this.folder)
  }
}

/** Whether file systems in files can be made here, and told to fail. */
export function canFailDisks(): boolean {
  return exists('/dev/loop-control') && exists('/sys/fs/ext4') && findProgram('mkfs.ext4') !== undefined
}

function fillWith(file: number, block: Buffer): void {
  try {
    for (;;) writeSync(file, block)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`)
}
