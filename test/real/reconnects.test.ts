import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'

interface Measured {
  readonly heapBytes: number
  readonly handles: number
  readonly reconnects: number
}

t.test('a thousand lost connections leave no memory and no handles behind', (t) => {
  const script = fileURLToPath(new URL('../support/reconnect-soak.ts', import.meta.url))
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', script], {
    encoding: 'utf8',
    timeout: 110_000,
    env: { PATH: process.env['PATH'] },
  })
  t.equal(status, 0, stderr)
  const { before, after } = JSON.parse(stdout) as { before: Measured; after: Measured }
  t.ok(after.reconnects - before.reconnects >= 1000, `${after.reconnects} reconnects`)
  t.ok(after.handles <= before.handles + 2, `handles: ${before.handles}, then ${after.handles}`)
  const grownKib = (after.heapBytes - before.heapBytes) / 1024
  // One KiB a reconnect would be 1,000 KiB.
  t.ok(grownKib < 400, `the heap has grown by ${grownKib.toFixed(0)} KiB`)
  t.comment(JSON.stringify({ before, after }))
  t.end()
})
