import { readFileSync } from 'node:fs'
import t from 'tap'
import { loadConfig } from '../../src/config/load-config.js'
import type { AlertsReport } from '../../training/src/alerts/alerts-report.js'

const REPORT = new URL('../../docs/reports/alerts/', import.meta.url)
const report = JSON.parse(readFileSync(new URL('metrics.json', REPORT), 'utf8')) as AlertsReport

t.test('the anger rule that is shipped is the one that the report chose', async (t) => {
  const { enabled, ...shipped } = loadConfig({ env: {} }).config.alerts.anger
  const { score, enter, exit, hits, of, withinS, minDurationS, cooldownS } = report.chosen
  t.ok(enabled)
  t.same(shipped, {
    score,
    enter,
    exit,
    hits,
    of,
    within_s: withinS,
    min_duration_s: minDurationS,
    cooldown_s: cooldownS,
  })
})

t.test(
  'the report keeps what is promised: at most half a false alert an hour, on two hours and more',
  async (t) => {
    const { all } = report.sets.released
    t.ok(all.falsePerHour <= 0.5, `the released model: ${all.falsePerHour} an hour`)
    for (const set of ['test', 'released'] as const) {
      const { neutral } = report.sets[set]
      const alone = neutral['all']!
      t.ok(alone.hours >= 2, `${set}: ${alone.hours} h of neutral speech and noise`)
      t.ok(alone.falsePerHour <= 0.5, `${set}: ${alone.falsePerHour} an hour of neutral speech and noise`)
    }
  },
)

t.test('the report is of the whole run, and says how it was made', async (t) => {
  t.same(report.notes, [])
  t.match(report.provenance, { command: /--alerts/, commit: /^[0-9a-f]+$/, seeds: { sessions: 1 } })
  const text = readFileSync(new URL('report.md', REPORT), 'utf8')
  t.match(text, report.provenance.commit)
})
