import t from 'tap'
import { runJobs } from '../../training/src/train/run-jobs.js'

t.test('jobs run side by side up to the limit, and one that fails stops no other', async (t) => {
  let running = 0
  let most = 0
  const results = await runJobs([1, 2, 3, 4, 5], 2, async (job) => {
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running--
    if (job === 2) throw new Error('two')
    return 10 * job
  })
  t.equal(most, 2)
  t.same(
    results.map((result) =>
      result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
    ),
    [10, 'two', 30, 40, 50],
  )
})
