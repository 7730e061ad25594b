import t from 'tap'
import { OutboxLedger } from '../support/outbox-ledger.js'
import { OutboxRig, payloads } from '../support/outbox-rig.js'
import { ForgetfulDisk } from '../support/power-cut.js'
import { skipUnless } from '../support/require-part.js'

/** A sync takes time, on a machine with other things to do more. */
const SLACK_MS = 2000

async function heldAfter(
  disk: ForgetfulDisk,
): Promise<{ readonly held: number[]; readonly damaged: boolean }> {
  const rig = new OutboxRig(disk.folder)
  await rig.outbox.open()
  const held = payloads(await rig.outbox.oldest(100_000))
  const damaged = rig.log.lines.some(({ fields }) => fields['code'] === 'PUBLISH_OUTBOX_DAMAGED')
  await rig.outbox.close()
  return { held, damaged }
}

t.test(
  'a power cut at any moment loses nothing that was accepted where every event is synced',
  { ...skipUnless('gcc'), timeout: 300_000 },
  async (t) => {
    const disk = new ForgetfulDisk(t.testdir())
    const ledger = new OutboxLedger()
    for (let life = 0; life < 15; life++) {
      await ledger.live(disk.folder, {
        firstN: ledger.nextN,
        windowMs: 0,
        mostKept: life % 3 === 0 ? 0 : 30,
        killAfterLines: 2 + Math.floor(Math.random() * (life % 4 === 0 ? 2500 : 200)),
        env: disk.env(),
      })
      t.same(ledger.errors, [])
      disk.cutPower(life % 2 === 0 ? () => 0 : Math.random)
      const { held } = await heldAfter(disk)
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
    let lost = 0
    for (let life = 0; life < 6; life++) {
      await ledger.live(disk.folder, {
        firstN: ledger.nextN,
        windowMs,
        mostKept: 100_000,
        killAfterLines: 3000 + Math.floor(Math.random() * 6000),
        env: disk.env(),
      })
      disk.cutPower(life % 2 === 0 ? () => 0 : Math.random)
      const { held } = await heldAfter(disk)
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

t.test(
  'a write or sync that fails, whichever it is, loses nothing and is told',
  { ...skipUnless('gcc'), timeout: 300_000 },
  async (t) => {
    const run = { firstN: 0, windowMs: 0, mostKept: 3, count: 6 }
    let told = 0
    for (const how of ['EIO', 'ENOSPC'] as const) {
      for (let at = 1; ; at++) {
        const disk = new ForgetfulDisk(t.testdir())
        const ledger = new OutboxLedger()
        const { status, last, stderr } = await ledger.live(disk.folder, {
          ...run,
          env: disk.env({ at, how, count: 1 }),
        })
        t.equal(status, 0, `${how} at ${at}: ${stderr}`)
        t.equal(last, 'closed')
        const { held } = await heldAfter(disk)
        const there = new Set(held)
        t.same(
          ledger.owed.filter((n) => !there.has(n)),
          [],
          `${how} at ${at}: nothing is missing`,
        )
        t.same(
          held,
          [...there].sort((a, b) => a - b),
          'in order',
        )
        t.same(
          held.filter((n) => ledger.removed.has(n)),
          [],
          'nothing that was removed comes back',
        )
        told += ledger.errors.filter((code) => code === 'PUBLISH_OUTBOX_MEMORY').length
        if (at > 60 || disk.counts.writes + disk.counts.syncs < at - 1) break
      }
    }
    t.ok(told > 20, `${told} failures were told`)
  },
)
