import { cpSync } from 'node:fs'
import { basename } from 'node:path'
import t from 'tap'
import { OutboxLedger } from '../support/outbox-ledger.js'
import { OutboxRig, payloads } from '../support/outbox-rig.js'
import { ForgetfulDisk } from '../support/power-cut.js'
import { skipUnless } from '../support/require-part.js'

// Many processes, two at a time.
t.setTimeout(300_000)
t.jobs = 2

async function heldIn(folder: string): Promise<number[]> {
  const rig = await OutboxRig.opened(folder)
  const held = payloads(await rig.outbox.oldest(100_000))
  await rig.outbox.close()
  return held
}

for (const how of ['EIO', 'ENOSPC'] as const) {
  t.test(
    `a write or sync that fails (${how}), whichever it is, loses nothing and is told, also when the power fails after the end`,
    { ...skipUnless('gcc'), timeout: 300_000, buffered: true },
    async (t) => {
      let told = 0
      for (let at = 1; ; at++) {
        const disk = new ForgetfulDisk(t.testdir())
        const ledger = new OutboxLedger()
        const { status, last, stderr } = await ledger.live(disk.folder, {
          ...{ firstN: 0, windowMs: 0, mostKept: 1, count: 3 },
          env: disk.env({ at, how, count: 1 }),
        })
        t.equal(status, 0, `at ${at}: ${stderr}`)
        t.equal(last, 'closed')
        const { writes, syncs } = disk.counts
        const asLeft = `${disk.folder}.left`
        cpSync(disk.folder, asLeft, { recursive: true })
        disk.cutPower(() => 0)
        for (const folder of [asLeft, disk.folder]) {
          const held = await heldIn(folder)
          const there = new Set(held)
          const missing = ledger.owed.filter((n) => !there.has(n))
          t.same(missing, [], `at ${at}: nothing is missing in ${basename(folder)}`)
          t.same(
            held,
            [...there].sort((a, b) => a - b),
            'in order',
          )
          const back = held.filter((n) => ledger.removed.has(n))
          // A deletion is never synced: after a power cut the event may be sent again.
          if (folder === asLeft) t.same(back, [], 'nothing that was removed comes back')
        }
        told += ledger.errors.filter((code) => code === 'PUBLISH_OUTBOX_MEMORY').length
        if (ledger.errors.length === 0 && writes + syncs < at) break
      }
      t.ok(told > 10, `${told} failures were told`)
    },
  )
}
