import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { forkPool } from '../../training/src/parallel/fork-pool.js'

/** A worker in plain JavaScript: it doubles numbers, refuses 13, and dies of 99. */
const WORKER = `
process.on('message', (task) => {
  if (task.n === 99) process.exit(3)
  process.send({ kind: 'step', text: 'doubling ' + task.n })
  process.send(task.n === 13
    ? { kind: 'error', code: 'INPUT_NOT_FOUND', message: '13 is not there' }
    : { kind: 'result', result: 2 * task.n })
})
`

function worker(t: Test): URL {
  return pathToFileURL(join(t.testdir({ 'worker.mjs': WORKER }), 'worker.mjs'))
}

t.test('results come in the order of the tasks, whoever did them, and steps tell their task', async (t) => {
  const tasks = Array.from({ length: 9 }, (_, n) => ({ n }))
  const steps: string[] = []
  const results = await forkPool<{ n: number }, number>(worker(t), tasks, 3, (index, text) => {
    steps.push(`${index}: ${text}`)
  })
  t.same(results, [0, 2, 4, 6, 8, 10, 12, 14, 16])
  t.same(
    steps.sort(),
    tasks.map(({ n }) => `${n}: doubling ${n}`),
  )
})

t.test("a worker's error keeps its code and message", async (t) => {
  await t.rejects(
    forkPool(worker(t), [{ n: 1 }, { n: 13 }, { n: 2 }], 2, () => undefined),
    { code: 'INPUT_NOT_FOUND', message: '13 is not there' },
  )
})

t.test('a worker that dies is told of, and is not waited for', async (t) => {
  await t.rejects(
    forkPool(worker(t), [{ n: 99 }], 1, () => undefined),
    { code: 'INTERNAL_UNEXPECTED', message: /status 3/ },
  )
})

t.test('no tasks need no worker', async (t) => {
  t.same(await forkPool(worker(t), [], 4, () => undefined), [])
})
