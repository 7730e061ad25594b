import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'

interface Used {
  readonly heapBytes: number
  readonly rssBytes: number
}

interface Soaked {
  readonly before: Used
  readonly after: Used
  readonly writtenBytes: number
  readonly diskBytes: number
}

// So many events take their time.
t.setTimeout(200_000)

const WARM_UP = 3000
const EVENTS = 20_000

t.test('memory and disk stay flat however many events pass through', (t) => {
  const script = fileURLToPath(new URL('../support/outbox-soak.ts', import.meta.url))
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', script, t.testdir(), String(WARM_UP), String(EVENTS)],
    { encoding: 'utf8', timeout: 190_000, env: { PATH: process.env['PATH'] } },
  )
  t.equal(status, 0, stderr)
  const { before, after, writtenBytes, diskBytes } = JSON.parse(stdout) as Soaked
  const leftBytes = (after.heapBytes - before.heapBytes) / EVENTS
  // A Map with one small object an event would keep more than 60.
  t.ok(leftBytes < 40, `${leftBytes.toFixed(1)} bytes of heap left an event`)
  // LevelDB's own memory is outside the heap; its buffers and cache are bounded.
  const grownMb = (after.rssBytes - before.rssBytes) / 1e6
  t.ok(grownMb < 30, `grown by ${grownMb.toFixed(1)} MB`)
  t.ok(diskBytes < writtenBytes / 2, `${diskBytes} bytes on disk, ${writtenBytes} written`)
  t.comment(stdout)
  t.end()
})
