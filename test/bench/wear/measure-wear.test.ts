import { join } from 'node:path'
import t from 'tap'
import { findFaketime } from '../../../bench/src/chaos/faked-time.js'
import { measureWear, total, type WearCase } from '../../../bench/src/wear/measure-wear.js'
import { findProgram, skipUnlessPart } from '../../support/require-part.js'

const faketime = findFaketime()
const hasParts = faketime !== undefined && ['mosquitto', 'gcc'].every(findProgram)
/** With what comes before, above five minutes: the voice is saved once. */
const HOURS = 0.075
/** With speech all the time: see docs/decisions/0023-wear-and-soak.md. */
const MOST_BYTES_AN_HOUR = 2 * 2 ** 20
/** One in `publish.outbox_sync_s` where a broker is slow, and the rest. */
const MOST_SYNCS_AN_HOUR = 3600 / 5 + 40

t.test(
  'in silence nothing is written at all, and with speech all the time not much',
  skipUnlessPart('libfaketime, mosquitto or gcc', hasParts),
  async (t) => {
    const folder = t.testdir()
    const wear = (one: WearCase, hours: number) =>
      measureWear(one, { hours, speed: 60, seed: 1, faketime: faketime!, folder: join(folder, one.name) })
    const [silence, speech] = await Promise.all([
      wear({ name: 'silence', hears: 'pause', hasBroker: true }, HOURS / 3),
      wear({ name: 'speech', hears: 'speech', hasBroker: true }, HOURS),
    ])
    t.same(total(silence.between), { writes: 0, bytes: 0, syncs: 0, names: 0 })
    const { bytes, syncs } = total(speech.between)
    t.comment(`${speech.events} events, ${bytes} bytes, ${syncs} syncs in ${HOURS} h of speech`)
    t.ok(speech.events > 40, 'it was heard')
    t.ok(bytes > 0 && bytes <= MOST_BYTES_AN_HOUR * HOURS, `${bytes} bytes`)
    t.ok(syncs > 0 && syncs <= MOST_SYNCS_AN_HOUR * HOURS, `${syncs} syncs`)
  },
)
