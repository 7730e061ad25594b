import t from 'tap'
import { Progress } from '../../src/cli/progress.js'

function rig(isTty: boolean): { progress: Progress; written: string[]; setMs: (ms: number) => void } {
  let nowMs = 0
  const written: string[] = []
  const progress = new Progress(
    (text) => written.push(text),
    isTty,
    () => nowMs,
  )
  return { progress, written, setMs: (ms) => (nowMs = ms) }
}

t.test('work that is over soon says nothing', async (t) => {
  const { progress, written, setMs } = rig(true)
  setMs(999)
  progress.at(1, 2, 16_000)
  progress.clear()
  t.same(written, [])
})

t.test('long work is one line that is redrawn a few times a second and taken away', async (t) => {
  const { progress, written, setMs } = rig(true)
  for (let ms = 0; ms <= 2000; ms += 10) {
    setMs(ms)
    progress.at(2, 5, 960_000)
  }
  t.equal(written.length, 6)
  t.match(written[0], '\rfile 2 of 5, 1.0 min judged'.slice(1))
  progress.clear()
  t.equal(written.at(-1), '\r\u001b[K')
})

t.test('elsewhere than on a terminal nothing is written', async (t) => {
  const { progress, written, setMs } = rig(false)
  setMs(60_000)
  progress.at(1, 1, 1)
  progress.clear()
  t.same(written, [])
})
