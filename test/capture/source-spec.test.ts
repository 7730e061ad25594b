import fc from 'fast-check'
import t from 'tap'
import { parseSourceSpec } from '../../src/capture/source-spec.js'
import { AffectdError } from '../../src/errors.js'

t.test('every kind of source is recognised', async (t) => {
  const file = { kind: 'file', pace: 'realtime', loop: false }
  const cases: [string, object][] = [
    ['auto', { kind: 'auto' }],
    ['stdin', { kind: 'stdin' }],
    ['portaudio', { kind: 'portaudio' }],
    ['portaudio:USB Mic (hw:1,0)', { kind: 'portaudio', device: 'USB Mic (hw:1,0)' }],
    ['arecord', { kind: 'arecord' }],
    ['arecord:plughw:CARD=Mic,DEV=0', { kind: 'arecord', pcm: 'plughw:CARD=Mic,DEV=0' }],
    ['file:a.wav', { ...file, path: 'a.wav' }],
    ['file:/tmp/a b.wav?pace=fast', { ...file, path: '/tmp/a b.wav', pace: 'fast' }],
    ['file:a.wav?pace=fast&loop=1', { ...file, path: 'a.wav', pace: 'fast', loop: true }],
    ['file:a.wav?loop=0&pace=realtime', { ...file, path: 'a.wav' }],
  ]
  for (const [text, expected] of cases) t.same(parseSourceSpec(text), expected, text)
})

t.test('a path is taken as it stands; only key=value after its last question mark is a query', async (t) => {
  const pathOf = (text: string) => parseSourceSpec(text) as { path: string }
  t.match(pathOf('file:50%25 off.wav'), { path: '50%25 off.wav' })
  t.match(pathOf('file:why?.wav'), { path: 'why?.wav' })
  t.match(pathOf('file:what?a=b/c.wav'), { path: 'what?a=b/c.wav' })
  t.match(pathOf('file:odd?a=b?loop=1'), { path: 'odd?a=b', loop: true })
})

t.test('what cannot be meant is refused with what is allowed', async (t) => {
  const cases: [string, RegExp][] = [
    ['', /unknown kind/],
    ['x.wav', /"x\.wav": unknown kind of source; allowed are auto, portaudio/],
    ['AUTO', /unknown kind/],
    ['auto:', /auto takes no argument/],
    ['stdin:x', /stdin takes no argument/],
    ['file', /the path is missing/],
    ['file:?loop=1', /the path is missing/],
    ['file:a\0.wav', /NUL/],
    ['file:a.wav?speed=2', /unknown parameter speed/],
    ['file:a.wav?pace=slow', /pace is 'slow', not realtime or fast/],
    ['file:a.wav?pace=', /pace is ''/],
    ['file:a.wav?loop=true', /loop is 'true', not 0 or 1/],
    ['file:a.wav?loop=1&loop=1', /loop is given twice/],
  ]
  for (const [text, message] of cases) {
    t.throws(
      () => parseSourceSpec(text),
      { code: 'CAPTURE_BAD_SOURCE', exitCode: 78, message },
      JSON.stringify(text),
    )
  }
})

t.test('a device name that ALSA could take for a definition is refused', async (t) => {
  for (const name of ['a{b', 'a}b', 'file:|sh', "a'b", 'a"b', 'a\nb', 'a\x7fb', '', ' ', 'x'.repeat(257)]) {
    for (const kind of ['arecord', 'portaudio']) {
      t.throws(
        () => parseSourceSpec(`${kind}:${name}`),
        { code: 'CAPTURE_BAD_DEVICE', exitCode: 78 },
        JSON.stringify(name),
      )
    }
  }
})

t.test('any text is parsed or refused', async () => {
  const prefix = fc.constantFrom('', 'file:', 'arecord:', 'portaudio:', 'file:x?pace=', 'file:x?loop=1&')
  fc.assert(
    fc.property(prefix, fc.string({ unit: 'binary' }), (start, rest) => {
      try {
        return typeof parseSourceSpec(start + rest).kind === 'string'
      } catch (error) {
        return error instanceof AffectdError && error.exitCode === 78
      }
    }),
  )
})
