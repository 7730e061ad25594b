import t from 'tap'
import { OutboxLedger } from '../support/outbox-ledger.js'
import { OutboxRig, payloads } from '../support/outbox-rig.js'
import { ForgetfulDisk } from '../support/power-cut.js'
import { skipUnless } from '../support/require-part.js'

// Many processes one after another.
t.setTimeout(300_000)

async function heldIn(folder: string): Promise<number[]> {
  const rig = await OutboxRig.opened(folder)
  const held = payloads(await rig.outbox.oldest(100_000))
  await rig.outbox.close()
  return held
}

t.test(
  'a write or sync that fails, whichever it is, loses nothing and is told',
  { ...skipUnless('gcc'), timeout: 300_000 },
  async (t) => {
    const run = { firstN: 0, windowMs: 0, mostKept: 1, count: 3 }
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
        const held = await heldIn(disk.folder)
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
        if (ledger.errors.length === 0 && disk.counts.writes + disk.counts.syncs < at) break
      }
    }
    t.ok(told > 20, `${told} failures were told`)
  },
)
