import t from 'tap'
import { parseEmotionEvent } from '../../src/publish/parse-emotion-event.js'
import { SAMPLE_EVENT } from '../support/sample-event.js'

const TEXT = JSON.stringify(SAMPLE_EVENT)

function parse(text: string): unknown {
  return parseEmotionEvent(Buffer.from(text))
}

t.test('an event is read as it was sent', async (t) => {
  t.same(parse(TEXT), JSON.parse(TEXT))
})

t.test('a number too large for a double makes it no event', async (t) => {
  for (const [number, huge] of [
    ['"confidence":0.81', '"confidence":1e999'],
    ['"snr_db":17.9', '"snr_db":-1e999'],
    ['"calm":0.19', '"calm":1e999'],
  ] as const) {
    t.ok(TEXT.includes(number))
    t.equal(parse(TEXT.replace(number, huge)), undefined, huge)
  }
})
