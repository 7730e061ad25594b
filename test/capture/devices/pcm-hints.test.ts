import fc from 'fast-check'
import t from 'tap'
import { parsePcmHints } from '../../../src/capture/devices/pcm-hints.js'
import { HINTS } from './sample-machine.js'

t.test('names and the lines below them are what arecord prints', async (t) => {
  const hints = parsePcmHints(HINTS)
  t.same(
    hints.map(({ name }) => name),
    ['null', 'samplerate', 'pulse', 'testmic', 'hw:CARD=Device,DEV=0', 'plughw:CARD=Device,DEV=0'].concat([
      'sysdefault:CARD=Device',
      'dsnoop:CARD=Device,DEV=0',
    ]),
  )
  t.same(hints[3], { name: 'testmic', description: ['test mic'] })
  t.same(hints[5].description, [
    'USB PnP Sound Device, USB Audio',
    'Hardware device with all software conversions',
  ])
})

t.test(
  'a description without a name, an empty output and a name that comes twice harm nothing',
  async (t) => {
    t.same(parsePcmHints(''), [])
    t.same(parsePcmHints('    alone\na\n    first\na\n    second\n'), [{ name: 'a', description: ['first'] }])
  },
)

t.test('a name that would have to be cleaned is left out, a description is cleaned', async (t) => {
  t.same(parsePcmHints('a\u001b[2J\n    gone\nb\n    x\u001b[2J  y\n'), [
    { name: 'b', description: ['x [2J y'] },
  ])
})

t.test('any text gives names without control characters, each once', async () => {
  const line = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('hw:0', '    about', '\t', ''))
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const hints = parsePcmHints(lines.join('\n'))
      const said = hints.flatMap(({ name, description }) => [name, ...description])
      return (
        new Set(hints.map(({ name }) => name)).size === hints.length &&
        said.every((text) => text !== '' && !/[\p{Cc}]/u.test(text))
      )
    }),
  )
})
