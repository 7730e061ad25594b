import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { message, OutboxRig } from '../support/outbox-rig.js'

t.test('memory stays flat over 100,000 events', { timeout: 300_000 }, async (t) => {
  const rig = new OutboxRig(t.testdir())
  const round = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      await rig.outbox.append(message(n, 'event', 500))
      const [entry] = await rig.outbox.oldest(16)
      await rig.outbox.remove(entry?.position ?? 0)
    }
  }
  await round(5000)
  const before = process.memoryUsage.rss()
  await round(100_000)
  const grownMb = (process.memoryUsage.rss() - before) / 1e6
  t.ok(grownMb < 60, `grown by ${grownMb.toFixed(1)} MB`)
  const onDisk = readdirSync(join(rig.stateDir, 'outbox')).reduce(
    (sum, name) => sum + statSync(join(rig.stateDir, 'outbox', name)).size,
    0,
  )
  t.ok(onDisk < 8e6, `${onDisk} bytes on disk`)
  await rig.outbox.close()
})
