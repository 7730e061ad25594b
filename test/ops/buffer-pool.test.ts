import { Buffer } from 'node:buffer'
import t from 'tap'
import { shrinkBufferPool } from '../../src/ops/buffer-pool.js'

t.test('a small buffer that is kept keeps no more than a kilobyte alive', async (t) => {
  const before = Buffer.poolSize
  t.teardown(() => (Buffer.poolSize = before))
  shrinkBufferPool()
  // What is left of the block before.
  for (let left = before; left > 0; left -= 100) Buffer.allocUnsafe(100)
  t.ok(Buffer.allocUnsafe(4).buffer.byteLength <= 1024)
  const blocks = new Set(Array.from({ length: 100 }, () => Buffer.allocUnsafe(4).buffer))
  t.ok(blocks.size <= 2, 'and small ones still share')
})
