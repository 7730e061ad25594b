import t from 'tap'
import type { Link, Refusal } from '../../src/publish/link.js'
import { Subscriptions } from '../../src/publish/subscriptions.js'
import { FakeClock } from '../support/fake-clock.js'
import { recordingLogger } from '../support/recording-logger.js'

const REFUSED: Refusal = { reasonCode: 128, text: 'unspecified error' }
const REQUESTS = { filter: 'affectd/t1/request/#', wantsRetained: false, what: 'requests' }

function rig(answers: (Refusal | null)[]) {
  const asked: string[] = []
  const link = {
    subscribe(
      filters: readonly string[],
      _wantsRetained: boolean,
      onDone: (refusal: Refusal | null) => void,
    ) {
      asked.push(...filters)
      onDone(answers.shift() ?? null)
    },
  } as Link
  const clock = new FakeClock()
  const log = recordingLogger()
  return { subscriptions: new Subscriptions(clock, log), link, asked, clock, log }
}

t.test('what is refused is asked for again until it is granted, and said once', async (t) => {
  const { subscriptions, link, asked, clock, log } = rig([REFUSED, REFUSED, null, REFUSED])
  subscriptions.up(link, [REQUESTS])
  clock.advance(4999)
  t.equal(asked.length, 1)
  clock.advance(1)
  t.equal(asked.length, 2)
  clock.advance(600_000)
  t.equal(asked.length, 3, 'granted')
  t.match(log.lines, [{ level: 'warn', fields: { code: 'PUBLISH_SUBSCRIBE_REFUSED', reason_code: 128 } }, {}])
  subscriptions.down()
  subscriptions.up(link, [REQUESTS])
  t.equal(log.lines.filter(({ level }) => level === 'warn').length, 1, 'at later connections neither')
})

t.test('nothing is asked for on a connection that is gone', async (t) => {
  const { subscriptions, link, asked, clock } = rig([REFUSED])
  subscriptions.up(link, [REQUESTS])
  subscriptions.down()
  clock.advance(60_000)
  t.equal(asked.length, 1)
  t.equal(clock.timers, 0)
})
