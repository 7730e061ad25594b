import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { AffectdError } from '../src/errors.js'
import { DeliveryRig } from './support/delivery-rig.js'

const SYNCS = ['sync', 'fsyncSync']

/** Calls that reach the disk, counted, of which one fails. */
class FailingDisk {
  calls = 0
  failAt = 0
  code = 'EIO'
  readonly #undo: (() => void)[] = []

  async open(): Promise<void> {
    const handle = await fsPromises.open(fileURLToPath(import.meta.url))
    const handles = (handle.constructor as { prototype: object }).prototype
    await handle.close()
    for (const name of ['sync', 'writeFile']) this.#wrap(handles, name)
    for (const name of ['rename', 'mkdir']) this.#wrap(fsPromises, name)
    for (const name of ['fsyncSync', 'renameSync', 'writeSync', 'writeFileSync']) this.#wrap(fs, name)
    syncBuiltinESMExports()
  }

  close(): void {
    for (const undo of this.#undo) undo()
    syncBuiltinESMExports()
  }

  #wrap(owner: object, name: string): void {
    const functions = owner as Record<string, (...args: unknown[]) => unknown>
    const original = functions[name]!
    const fails = (): boolean => ++this.calls === this.failAt
    const error = (): Error => Object.assign(new Error(this.code), { code: this.code })
    functions[name] = function (this: unknown, ...args) {
      if (fails()) throw error()
      // Not really synced: that would only cost time.
      return SYNCS.includes(name) ? undefined : original.apply(this, args)
    }
    this.#undo.push(() => (functions[name] = original))
  }
}

for (const [code, refusal, step] of [
  ['EIO', 'MODEL_NOT_KEPT', 1],
  // The same calls: some of them are enough.
  ['ENOSPC', 'MODEL_DISK_FULL', 6],
] as const) {
  t.test(
    `whichever write, sync or renaming fails with ${code}, a model runs and it can be tried again`,
    async (t) => {
      const made = new DeliveryRig(t.testdir())
      const [first, second] = [made.parcel('first'), made.parcel('second')]
      const disk = new FailingDisk()
      await disk.open()
      t.teardown(() => disk.close())
      disk.code = code
      let hasFailed = true
      let tries = 0
      for (let failAt = 1; hasFailed; failAt += step) {
        // Each time from the beginning: one model confirmed, another to come.
        disk.failAt = 0
        made.stop()
        fs.rmSync(made.stateDir, { recursive: true, force: true })
        made.start().attach()
        await made.deliver(first)
        made.clock.advance(600_000)
        Object.assign(disk, { calls: 0, failAt })
        const answer = await made.deliver(second).catch((error: unknown) => error as AffectdError)
        hasFailed = disk.calls >= failAt
        disk.failAt = 0
        if (answer instanceof AffectdError) {
          t.match(answer, { code: refusal }, `call ${failAt}`)
          t.equal(made.id, 'first', `call ${failAt}`)
          t.equal(made.start('boot-2').attach().id, 'first', `call ${failAt}, and a restart`)
          t.equal(await made.deliver(second), 'in_force', `call ${failAt}, tried again`)
        } else t.equal(made.id, 'second', `call ${failAt}`)
        t.equal(made.start('boot-3').id, 'second')
        tries = failAt
      }
      t.ok(tries > 15, `${tries - 1} calls`)
    },
  )
}
