import t from 'tap'
import { createRandom } from '../../training/src/random.js'
import { OutboxLedger } from '../support/outbox-ledger.js'
import { OutboxRig, payloads } from '../support/outbox-rig.js'
import { drawSeed } from '../support/seed.js'

// Many processes one after another.
t.setTimeout(300_000)

const LIVES = 12
const seed = drawSeed(t)

for (const windowMs of [0, 5000]) {
  t.test(
    `kill −9 at any moment loses nothing that was accepted (sync window ${windowMs} ms)`,
    { timeout: 300_000 },
    async (t) => {
      const rig = new OutboxRig(t.testdir(), {}, windowMs)
      const ledger = new OutboxLedger()
      const random = createRandom(seed, windowMs)
      for (let life = 0; life < LIVES; life++) {
        const killAfterLines = 2 + random.below(life % 5 === 0 ? 3000 : 300)
        const mostKept = life % 3 === 0 ? 0 : 40
        const { status, stderr } = await ledger.live(rig.stateDir, {
          firstN: ledger.nextN,
          windowMs,
          mostKept,
          killAfterLines,
        })
        t.equal(status, null, `killed, not ended: ${stderr}`)
        t.same(ledger.errors, [])
        await rig.restart()
        const held = payloads(await rig.outbox.oldest(100_000))
        await rig.outbox.close()
        t.same(
          held,
          [...held].sort((a, b) => a - b),
          'in order',
        )
        t.equal(new Set(held).size, held.length, 'none twice')
        const there = new Set(held)
        t.same(
          ledger.owed.filter((n) => !there.has(n)),
          [],
          `nothing accepted is missing after ${killAfterLines} lines`,
        )
        t.same(
          held.filter((n) => !ledger.begun.has(n) || ledger.removed.has(n)),
          [],
          'nothing that was removed comes back',
        )
        ledger.settle(held)
      }
    },
  )
}
