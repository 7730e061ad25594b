import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createRandom } from '../../training/src/random.js'
import { OutboxLedger } from '../support/outbox-ledger.js'
import { OutboxRig, payloads } from '../support/outbox-rig.js'
import { ForgetfulDisk } from '../support/power-cut.js'
import { skipUnless } from '../support/require-part.js'
import { drawSeed } from '../support/seed.js'

// Many processes one after another.
t.setTimeout(300_000)

/** A sync takes time, on a machine with other things to do more. */
const SLACK_MS = 2000
const EVENTS = 1000
const seed = drawSeed(t)
/** By outbox-child.js: 0 to 2999 bytes of padding. */
const PAYLOAD_BYTES = 1500

/** The next start finds no damage. @returns the events it has */
async function heldAfter(t: Test, disk: ForgetfulDisk, what = ''): Promise<number[]> {
  const rig = await OutboxRig.opened(disk.folder)
  const held = payloads(await rig.outbox.oldest(100_000))
  await rig.outbox.close()
  disk.settle()
  t.same(
    rig.log.lines.filter(({ level }) => level !== 'info'),
    [],
    `no damage ${what}`,
  )
  return held
}

t.test(
  'a power cut at any moment loses nothing that was accepted where every event is synced',
  { ...skipUnless('gcc'), timeout: 300_000 },
  async (t) => {
    const disk = new ForgetfulDisk(t.testdir())
    const ledger = new OutboxLedger()
    const random = createRandom(seed, 0)
    for (let life = 0; life < 10; life++) {
      await ledger.live(disk.folder, {
        firstN: ledger.nextN,
        windowMs: 0,
        mostKept: life % 3 === 0 ? 0 : 30,
        killAfterLines: 2 + random.below(life % 4 === 0 ? 1500 : 200),
        env: disk.env(),
      })
      t.same(ledger.errors, [])
      disk.cutPower(life % 2 === 0 ? () => 0 : random.next)
      const held = await heldAfter(t, disk)
      const there = new Set(held)
      t.same(
        held,
        [...there].sort((a, b) => a - b),
        'in order, none twice',
      )
      t.same(
        ledger.owed.filter((n) => !there.has(n)),
        [],
        'nothing accepted is missing',
      )
      t.same(
        held.filter((n) => !ledger.begun.has(n)),
        [],
        'and there is nothing else',
      )
      ledger.settle(held)
    }
  },
)

t.test(
  'with a sync window a power cut costs events younger than the window alone',
  { ...skipUnless('gcc'), timeout: 300_000 },
  async (t) => {
    const disk = new ForgetfulDisk(t.testdir())
    const windowMs = 400
    const ledger = new OutboxLedger()
    const random = createRandom(seed, windowMs)
    let lost = 0
    for (let life = 0; life < 4; life++) {
      await ledger.live(disk.folder, {
        firstN: ledger.nextN,
        windowMs,
        mostKept: 100_000,
        killAfterLines: 2000 + random.below(3000),
        env: disk.env(),
      })
      disk.cutPower(life % 2 === 0 ? () => 0 : random.next)
      const held = await heldAfter(t, disk)
      const there = new Set(held)
      const missing = ledger.owed.filter((n) => !there.has(n))
      const oldestMs = Math.max(0, ...missing.map((n) => ledger.lastAtMs - (ledger.accepted.get(n) ?? 0)))
      t.ok(oldestMs <= windowMs + SLACK_MS, `the oldest that is missing had ${oldestMs} ms`)
      t.same(
        held,
        [...there].sort((a, b) => a - b),
        'what is there is in order, none twice',
      )
      lost += missing.length
      ledger.settle(held)
    }
    t.ok(lost > 0, `${lost} unsynced events were lost: the disk really forgets`)
  },
)

for (const [store, firstN] of [
  ['a new store', 0],
  ['one that holds events', 3],
] as const) {
  t.test(
    `a power cut before any call while ${store} is opened, written and closed is no damage`,
    { ...skipUnless('gcc'), timeout: 300_000 },
    async (t) => {
      const life = { windowMs: 0, mostKept: 30, count: 3 }
      const scratch = t.testdir({ before: {}, disk: {} })
      const before = new OutboxLedger()
      if (firstN > 0) await before.live(join(scratch, 'before'), { firstN: 0, ...life })
      t.equal(before.owed.length, firstN)
      for (let at = 1, status: number | null = null; status !== 0; at++) {
        rmSync(join(scratch, 'disk'), { recursive: true })
        mkdirSync(join(scratch, 'disk'))
        const disk = new ForgetfulDisk(join(scratch, 'disk'))
        cpSync(join(scratch, 'before'), disk.folder, { recursive: true })
        disk.settle()
        const ledger = new OutboxLedger()
        ;({ status } = await ledger.live(disk.folder, { firstN, ...life, env: disk.envDyingAt(at) }))
        disk.cutPower(() => 0)
        const held = await heldAfter(t, disk, `before call ${at}`)
        const missing = [...before.owed, ...ledger.owed].filter((n) => !held.includes(n))
        t.same(missing, [], 'nothing accepted is missing')
        if (status === 0) t.ok(at > 20, `${at - 1} calls`)
      }
    },
  )
}

t.test('what is delivered at once costs no sync, and every event few bytes', skipUnless('gcc'), async (t) => {
  const cost = async (windowMs: number, mostKept: number): Promise<{ syncs: number; bytes: number }> => {
    const disk = new ForgetfulDisk(t.testdir())
    const { status } = await new OutboxLedger().live(disk.folder, {
      ...{ firstN: 0, windowMs, mostKept, count: EVENTS },
      env: disk.env(),
    })
    t.equal(status, 0)
    const { syncs, bytes } = disk.counts
    t.comment(
      `window ${windowMs} ms, ${mostKept} kept: ${syncs} syncs, ` +
        `${(bytes / EVENTS).toFixed(0)} bytes written an event of ${PAYLOAD_BYTES} on average`,
    )
    return { syncs, bytes }
  }
  const delivered = await cost(3_600_000, 0)
  // Opening, laying claim to positions, and the tables that full logs become; the clock's hour is not over.
  t.ok(delivered.syncs < EVENTS / 20, `${delivered.syncs} syncs`)
  t.ok(delivered.bytes < 3 * EVENTS * PAYLOAD_BYTES, `${delivered.bytes} bytes`)
  const synced = await cost(0, 0)
  t.ok(synced.syncs >= EVENTS, `${synced.syncs} syncs`)
})
