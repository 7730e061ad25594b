import { PassThrough } from 'node:stream'
import t from 'tap'
import { createAudioSource } from '../../src/capture/create-source.js'
import { parseSourceSpec } from '../../src/capture/source-spec.js'
import { FakeClock } from '../support/fake-clock.js'
import { recordingLogger } from '../support/recording-logger.js'

const deps = { stdin: () => new PassThrough(), clock: new FakeClock(), log: recordingLogger() }

t.test('each source gets its adapter, by the name a person would give it', async (t) => {
  const cases = {
    auto: 'portaudio',
    portaudio: 'portaudio',
    'portaudio:mic': 'portaudio:mic',
    arecord: 'arecord:default',
    'arecord:plughw:1': 'arecord:plughw:1',
    'file:/tmp/x.wav?pace=fast': 'file:/tmp/x.wav',
    stdin: 'stdin',
  }
  for (const [text, name] of Object.entries(cases)) {
    t.equal(createAudioSource(parseSourceSpec(text), deps).name, name)
  }
})

t.test('stdin is touched only by the source that reads it', async () => {
  createAudioSource(parseSourceSpec('file:x.wav'), {
    ...deps,
    stdin: () => {
      throw new Error('opened')
    },
  })
})
