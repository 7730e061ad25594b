import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, join } from 'node:path'

/** What a file of the folder holds, now and after a power cut. */
interface Content {
  now: Buffer
  /** Null: none of it was ever synced. */
  synced: Buffer | null
}

type Names = Map<string, Content>
type NameChange = (names: Names) => void

export type DiskErrorCode = 'EIO' | 'ENOSPC' | 'EROFS'

/** What goes wrong at the `at`-th call, from 1 on, that would change the disk. */
export type DiskFault =
  | { readonly at: number; readonly how: 'power cut' }
  | { readonly at: number; readonly how: DiskErrorCode; readonly forEver: boolean }

/** Thrown by every call once the power is gone: the process does not live to see it. */
export class PowerCut extends Error {}

/**
 * A folder whose disk fails, or loses its power, at a chosen call of `node:fs`: creating, writing, syncing, renaming,
 * deleting. For what is written synchronously, in this process, by files without folders below.
 *
 * After a power cut there is, of each file, what was last synced of it, or any of: nothing, half, zeros, all that was written
 * since. Names change in the order in which they were changed, and reach the disk for certain only when the folder is
 * synced; syncing a file does not bring its name along.
 */
export class FaultyDisk {
  #names: Names = new Map()
  #durable: Names = new Map()
  #changes: NameChange[] = []
  #calls = 0
  #fault: DiskFault | undefined

  constructor(readonly folder: string) {}

  /** @returns calls that would have changed the disk, and what the act threw */
  run(act: () => void, fault?: DiskFault): { readonly calls: number; readonly error: unknown } {
    this.#fault = fault
    this.#calls = 0
    this.#changes = []
    this.#names = new Map(
      fs.readdirSync(this.folder).map((name) => {
        const bytes = fs.readFileSync(join(this.folder, name))
        return [name, { now: bytes, synced: bytes }]
      }),
    )
    this.#durable = new Map(this.#names)
    const real = { ...fs }
    const calling = this.#calling(real)
    const replaced = Object.fromEntries(
      Object.keys(calling).map((name) => [name, real[name as keyof typeof fs]]),
    )
    Object.assign(fs, calling)
    syncBuiltinESMExports()
    let error: unknown
    try {
      act()
    } catch (thrown) {
      error = thrown
    } finally {
      Object.assign(fs, replaced)
      syncBuiltinESMExports()
    }
    return { calls: this.#calls, error }
  }

  /** Everything that may be on the disk if the power went when the last run ended. */
  *images(): Generator<ReadonlyMap<string, Buffer>> {
    const names = new Map(this.#durable)
    yield* imagesOf(names)
    for (const change of this.#changes) {
      change(names)
      yield* imagesOf(names)
    }
  }

  /** The folder holds this, and nothing else. */
  restore(image: ReadonlyMap<string, Buffer>): void {
    for (const name of fs.readdirSync(this.folder)) fs.rmSync(join(this.folder, name))
    for (const [name, bytes] of image) fs.writeFileSync(join(this.folder, name), bytes)
  }

  #calling(real: typeof fs): Partial<typeof fs> {
    const open = new Map<number, Content | 'folder'>()
    const nameOf = (path: unknown): string | undefined => {
      const text = String(path)
      return text.startsWith(`${this.folder}/`) ? basename(text) : undefined
    }
    return {
      openSync: ((path: string, flags: string | number, mode: number) => {
        const name = nameOf(path)
        const creates = flags === 'wx' || (name !== undefined && flags === 'w')
        if (!creates || name === undefined) {
          const file = real.openSync(path, flags, mode)
          if (path === this.folder) open.set(file, 'folder')
          return file
        }
        this.#step()
        const file = real.openSync(path, flags, mode)
        const content: Content = { now: Buffer.alloc(0), synced: null }
        this.#change((names) => names.set(name, content))
        open.set(file, content)
        return file
      }) as typeof fs.openSync,
      closeSync: (file) => {
        real.closeSync(file)
        open.delete(file)
      },
      writeFileSync: ((file: number, text: string) => {
        const content = open.get(file)
        if (content === undefined || content === 'folder') throw new Error('the test knows no other writes')
        const bytes = Buffer.from(text)
        this.#step(() => {
          content.now = bytes.subarray(0, bytes.length / 2)
          real.writeFileSync(file, content.now)
        })
        content.now = bytes
        real.writeFileSync(file, bytes)
      }) as typeof fs.writeFileSync,
      fsyncSync: (file) => {
        const what = open.get(file)
        if (what === undefined) return
        this.#step()
        if (what !== 'folder') what.synced = what.now
        else {
          this.#durable = new Map(this.#names)
          this.#changes = []
        }
      },
      renameSync: (from, to) => {
        const [before, after] = [nameOf(from)!, nameOf(to)!]
        this.#step()
        real.renameSync(from, to)
        this.#change((names) => {
          names.set(after, names.get(before)!)
          names.delete(before)
        })
      },
      rmSync: (path, options) => {
        const name = nameOf(path)!
        // Deleting what is not there changes nothing.
        if (!this.#names.has(name) && this.#fault?.how !== 'power cut') return
        if (this.#names.has(name)) this.#step()
        real.rmSync(path, options)
        this.#change((names) => names.delete(name))
      },
      accessSync: (path, mode) => {
        if (this.#fails() && (mode ?? 0) & fs.constants.W_OK) this.#throw()
        real.accessSync(path, mode)
      },
    }
  }

  #change(change: NameChange): void {
    change(this.#names)
    this.#changes.push(change)
  }

  /** @param part what is done of it nevertheless */
  #step(part?: () => void): void {
    this.#calls += 1
    if (!this.#fails()) return
    if (this.#fault?.at === this.#calls) part?.()
    this.#throw()
  }

  #fails(): boolean {
    const fault = this.#fault
    if (fault === undefined || this.#calls < fault.at) return false
    return this.#calls === fault.at || fault.how === 'power cut' || fault.forEver
  }

  #throw(): never {
    const { how } = this.#fault!
    if (how === 'power cut') throw new PowerCut('the power is gone')
    throw Object.assign(new Error(`${how}: as the test wants it`), { code: how })
  }
}

function* imagesOf(names: Names): Generator<ReadonlyMap<string, Buffer>> {
  const unsettled = [...names].filter(([, { now, synced }]) => synced !== now)
  const whole = new Map([...names].map(([name, { now }]) => [name, now]))
  yield whole
  for (const [name, { now, synced }] of unsettled) {
    const others = [Buffer.alloc(0), now.subarray(0, now.length / 2), Buffer.alloc(now.length)]
    for (const bytes of synced === null ? others : [synced, ...others]) yield new Map(whole).set(name, bytes)
  }
}
