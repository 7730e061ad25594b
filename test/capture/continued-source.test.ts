import t from 'tap'
import type { AudioFrame, AudioSource } from '../../src/capture/audio-source.js'
import { ContinuedSource } from '../../src/capture/continued-source.js'
import { FRAME_SAMPLES } from '../../src/units.js'

/** Gives frame after frame when it is told to. */
function slowSource(count: number): { source: AudioSource; give: () => void; ended: () => boolean } {
  let give: () => void = () => undefined
  let hasEnded = false
  const source: AudioSource = {
    name: 'test',
    canWait: true,
    async *frames(signal) {
      try {
        for (let i = 0; i < count && !signal.aborted; i++) {
          await new Promise<void>((resolve) => {
            give = resolve
            signal.addEventListener('abort', () => resolve(), { once: true })
          })
          if (!signal.aborted) yield { samples: new Float32Array(1), startSample: i * FRAME_SAMPLES }
        }
      } finally {
        hasEnded = true
      }
    },
  }
  return { source, give: () => give(), ended: () => hasEnded }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

async function listen(frames: AsyncIterable<AudioFrame>, heard: number[]): Promise<void> {
  for await (const { startSample } of frames) heard.push(startSample / FRAME_SAMPLES)
}

t.test(
  'the next listener goes on where the last one left off, and nothing is lost between them',
  async (t) => {
    const { source, give, ended } = slowSource(4)
    const continued = new ContinuedSource(source)
    const heard: number[] = []
    const first = new AbortController()
    const listening = listen(continued.frames(first.signal), heard)
    await settled()
    give()
    await settled()
    t.same(heard, [0])
    // While it waits for the second frame, which comes when nobody listens.
    first.abort()
    await listening
    give()
    await settled()
    t.same(heard, [0])
    t.notOk(ended(), 'it is not closed with its listener')
    const second = listen(continued.frames(new AbortController().signal), heard)
    for (let i = 0; i < 3; i++) {
      await settled()
      give()
    }
    await second
    t.same(heard, [0, 1, 2, 3])
  },
)

t.test('closing ends the source, also while it is waited for', async (t) => {
  const { source, ended } = slowSource(4)
  const continued = new ContinuedSource(source)
  const stop = new AbortController()
  const listening = listen(continued.frames(stop.signal), [])
  await settled()
  stop.abort()
  await listening
  await continued.close()
  t.ok(ended())
  await new ContinuedSource(slowSource(1).source).close()
  t.pass('and one that nobody listened to')
})
