import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { RETRY_MS } from '../../src/publish/disk-outbox.js'
import { message, OutboxRig, payloads } from '../support/outbox-rig.js'
import { skipUnlessPart } from '../support/require-part.js'

const canMount = process.platform === 'linux' && process.getuid?.() === 0
const NEEDS_MOUNT = { ...skipUnlessPart('the right to mount a tmpfs', canMount), timeout: 120_000 }

/** A file system of its own, for as long as the test takes. */
async function onTmpfs(sizeKb: number, act: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'affectd-tmpfs-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKb}k`, 'affectd-test', folder])
  try {
    await act(folder)
  } finally {
    execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true })
  }
}

t.test(
  'a disk that fills up holds nothing up: memory takes over, and gives back in order',
  NEEDS_MOUNT,
  async (t) => {
    await onTmpfs(1024, async (folder) => {
      const rig = await OutboxRig.opened(join(folder, 'state'))
      await rig.outbox.append(message(0))
      let n = 1
      for (; rig.outbox.store === 'disk' && n < 5000; n++) await rig.outbox.append(message(n, 'event', 1000))
      t.equal(rig.outbox.store, 'memory', `full after ${n} events`)
      for (const end = n + 50; n < end; n++) await rig.outbox.append(message(n, 'event', 1000))
      t.equal(rig.outbox.depth, n)
      rig.clock.advance(RETRY_MS)
      t.same(
        payloads(await rig.outbox.oldest(n)),
        Array.from({ length: n }, (_, i) => i),
        'all are there, in order',
      )
      t.equal(rig.outbox.store, 'memory', 'it is still full')
      t.match(
        rig.log.lines.filter(({ level }) => level === 'error'),
        [{ fields: { code: 'PUBLISH_OUTBOX_MEMORY', reason: /space/i } }],
        'and that was said once',
      )
      const sent = await rig.outbox.oldest(100)
      for (const { position } of sent) await rig.outbox.remove(position)
      execFileSync('mount', ['-o', 'remount,size=8192k', folder])
      rig.clock.advance(RETRY_MS)
      await rig.outbox.append(message(n++))
      t.equal(rig.outbox.store, 'disk')
      await rig.restart()
      t.same(
        payloads(await rig.outbox.oldest(n)),
        Array.from({ length: n - 100 }, (_, i) => 100 + i),
        'what was delivered meanwhile does not come back',
      )
      await rig.outbox.close()
    })
  },
)

t.test(
  'a start on a full or read-only disk works, and what lies there is sent when it can be read',
  NEEDS_MOUNT,
  async (t) => {
    const kinds = ['full', 'read-only'] as const
    for (const [kind, kept] of kinds.flatMap((kind) => [[kind, 0] as const, [kind, 10] as const])) {
      await onTmpfs(2048, async (folder) => {
        const rig = new OutboxRig(join(folder, 'state'))
        if (kept > 0) await rig.outbox.open()
        for (let n = 0; n < kept; n++) await rig.outbox.append(message(n))
        await rig.outbox.close()
        if (kind === 'full') fill(folder)
        else execFileSync('mount', ['-o', 'remount,ro', folder])
        await rig.restart()
        await rig.outbox.append(message(kept))
        t.equal(rig.outbox.store, 'memory', `${kind}, ${kept} kept`)
        t.notOk(existsSync(join(folder, 'state', 'outbox.damaged')), 'nothing is set aside for it')
        t.ok(payloads(await rig.outbox.oldest(99)).includes(kept))
        if (kind === 'full') rmSync(join(folder, 'filler'))
        else execFileSync('mount', ['-o', 'remount,rw', folder])
        rig.clock.advance(RETRY_MS)
        t.same(
          payloads(await rig.outbox.oldest(99)),
          Array.from({ length: kept + 1 }, (_, n) => n),
          kind,
        )
        t.equal(rig.outbox.store, 'disk')
        await rig.outbox.close()
      })
    }
  },
)

function fill(folder: string): void {
  for (let size = 1 << 20; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(join(folder, 'filler'), Buffer.alloc(size), { flag: 'a' })
    } catch {
      // No room for a piece of this size: smaller ones.
    }
  }
}
