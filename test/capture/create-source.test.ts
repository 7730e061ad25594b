import { PassThrough } from 'node:stream'
import t from 'tap'
import { createAudioSource } from '../../src/capture/create-source.js'
import { parseSourceSpec } from '../../src/capture/source-spec.js'

const stdin = () => new PassThrough()

t.test('each source gets its adapter, by the name a person would give it', async (t) => {
  const cases = {
    auto: 'arecord:default',
    arecord: 'arecord:default',
    'arecord:plughw:1': 'arecord:plughw:1',
    'file:/tmp/x.wav?pace=fast': 'file:/tmp/x.wav',
    stdin: 'stdin',
  }
  for (const [text, name] of Object.entries(cases)) {
    t.equal(createAudioSource(parseSourceSpec(text), { stdin }).name, name)
  }
})

t.test('stdin is touched only by the source that reads it', async () => {
  createAudioSource(parseSourceSpec('file:x.wav'), {
    stdin: () => {
      throw new Error('opened')
    },
  })
})

t.test('portaudio is refused until its adapter exists', async (t) => {
  t.throws(() => createAudioSource({ kind: 'portaudio' }, { stdin }), {
    code: 'CAPTURE_NO_PORTAUDIO',
    exitCode: 69,
  })
})
