import t from 'tap'
import { isExistingTime } from '../src/existing-time.js'

t.test('a time exists if the calendar has its day, the day its hour, and the epoch has begun', async (t) => {
  for (const text of [
    '1970-01-01T00:00:00Z',
    '2024-02-29T23:59:59.999999999+14:00',
    '2026-11-21T08:00:00-11:00',
  ]) {
    t.ok(isExistingTime(text), text)
  }
  for (const text of [
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00+01:00',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00+99:99',
    '0000-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00+01:00',
  ]) {
    t.notOk(isExistingTime(text), text)
  }
})
