import t from 'tap'
import { SyncWindow } from '../../src/publish/sync-window.js'
import { FakeClock } from '../support/fake-clock.js'

function rig(windowMs: number): {
  readonly clock: FakeClock
  readonly window: SyncWindow
  readonly syncs: { count: number; fails: boolean }
  readonly failures: unknown[]
} {
  const clock = new FakeClock()
  const syncs = { count: 0, fails: false }
  const failures: unknown[] = []
  const sync = (): Promise<void> => {
    syncs.count += 1
    return syncs.fails ? Promise.reject(new Error('EIO')) : Promise.resolve()
  }
  return {
    clock,
    window: new SyncWindow(clock, windowMs, sync, (error) => failures.push(error)),
    syncs,
    failures,
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

t.test('what is written within a window is synced once, at its end', async (t) => {
  const { clock, window, syncs } = rig(5000)
  for (let n = 0; n < 20; n++) await window.wrote(n)
  clock.advance(4999)
  t.equal(syncs.count, 0)
  await window.wrote(20)
  clock.advance(1)
  await settle()
  t.equal(syncs.count, 1)
  clock.advance(60_000)
  t.equal(syncs.count, 1)
  t.equal(clock.timers, 0)
})

t.test('what leaves the outbox within its window needs no sync', async (t) => {
  const { clock, window, syncs } = rig(5000)
  for (let n = 0; n < 20; n++) {
    await window.wrote(n)
    window.gone(n)
  }
  clock.advance(5000)
  await window.flush()
  t.equal(syncs.count, 0)
})

t.test('what is written while a sync runs gets one of its own', async (t) => {
  const { clock, window, syncs } = rig(5000)
  await window.wrote(0)
  clock.advance(5000)
  await window.wrote(1)
  await settle()
  clock.advance(4999)
  t.equal(syncs.count, 1)
  clock.advance(1)
  t.equal(syncs.count, 2)
})

t.test('without a window every event waits for its sync', async (t) => {
  const { clock, window, syncs } = rig(0)
  await window.wrote(0)
  await window.wrote(1)
  t.equal(syncs.count, 2)
  t.equal(clock.timers, 0)
  syncs.fails = true
  await t.rejects(window.wrote(2), { message: 'EIO' })
})

t.test('a sync that fails is told, and what waits is synced at the end', async (t) => {
  const { clock, window, syncs, failures } = rig(5000)
  syncs.fails = true
  await window.wrote(0)
  clock.advance(5000)
  await settle()
  t.match(failures, [{ message: 'EIO' }])
  syncs.fails = false
  await window.flush()
  t.equal(syncs.count, 2)
})

for (const windowMs of [0, 5000]) {
  t.test(
    `what a failed sync leaves stays due until it is synced or settled (window ${windowMs} ms)`,
    async (t) => {
      const { clock, window, syncs } = rig(windowMs)
      syncs.fails = true
      for (const end of ['flush', 'settle', 'gone'] as const) {
        await window.wrote(0).catch(() => undefined)
        clock.advance(windowMs)
        await settle()
        window.pause()
        t.ok(window.isBehind, `before ${end}`)
        await t.rejects(window.flush(), { message: 'EIO' })
        t.ok(window.isBehind)
        if (end === 'settle') window.settle()
        else if (end === 'gone') window.gone(0)
        else {
          syncs.fails = false
          await window.flush()
          syncs.fails = true
        }
        t.notOk(window.isBehind, `after ${end}`)
      }
    },
  )
}
