import fc from 'fast-check'
import t from 'tap'
import { parseProcCards } from '../../../src/capture/devices/proc-cards.js'
import { CARDS } from './sample-machine.js'

t.test('cards have an index, an id and a name', async (t) => {
  t.same(parseProcCards(CARDS), [
    { index: 0, id: 'Headphones', name: 'bcm2835 Headphones' },
    { index: 1, id: 'Device', name: 'USB PnP Sound Device' },
    { index: 2, id: 'Device_1', name: 'USB PnP Sound Device' },
  ])
})

t.test('a machine without cards has none', async (t) => {
  t.same(parseProcCards('--- no soundcards ---\n'), [])
  t.same(parseProcCards(''), [])
})

t.test('a card without a name goes by its id', async (t) => {
  t.same(parseProcCards(' 0 [A              ]: USB-Audio - \n'), [{ index: 0, id: 'A', name: 'A' }])
})

t.test('any text gives cards whose ids are words', async () => {
  const line = fc
    .tuple(
      fc.constantFrom(' 0 [', '12 [', ''),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(']: x - y', ''),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.array(line), (lines) =>
      parseProcCards(lines.join('\n')).every(
        ({ index, id, name }) => index < 1000 && /^[\w-]+$/.test(id) && name !== '' && !/\p{Cc}/u.test(name),
      ),
    ),
  )
})
