import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { analyzeCommand } from '../../src/cli/analyze.js'
import type { AlertEvent } from '../../src/publish/alert-event.js'
import type { EmotionEvent } from '../../src/publish/emotion-event.js'
import { AsyncApi } from '../support/asyncapi.js'
import { writeSession } from '../support/clip-session.js'
import { decodeRavdess, hasRavdess } from '../support/corpora.js'
import { memoryIo } from '../support/memory-io.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))

type Line = (EmotionEvent | AlertEvent) & { readonly file: string }

async function analyze(file: string, settings: readonly string[] = []): Promise<readonly Line[]> {
  const io = memoryIo()
  await analyzeCommand(['--json', file, ...settings.flatMap((pair) => ['--set', pair])], io)
  return io.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

const secondsOf = (time: string): number => Date.parse(time) / 1000

/** `sorrow +34.08`, `sorrow -37.06 stream_ended` */
function timeline(lines: readonly Line[]): string[] {
  return lines.flatMap((line) =>
    line.schema === 'affectd.alert/1'
      ? [
          `${line.kind} ${line.active ? '+' : '-'}${secondsOf(line.time)} ${line.evidence.ended_by ?? ''}`.trim(),
        ]
      : [],
  )
}

t.test('the bundled recording gives the alerts that its rules define, among its decisions', async (t) => {
  const rules = {
    fear: { score: 'fearful', enter: 0.7, exit: 0.5, within_s: 10, min_duration_s: 0 },
    sorrow: { score: 'sad', enter: 0.45, exit: 0.3, hits: 2, of: 2, min_duration_s: 4 },
    unpleasant: { score: '-valence', enter: 0.9, exit: 0.8 },
  }
  const lines = await analyze(DEMO, [`alerts.rules=${JSON.stringify(rules)}`])
  t.same(timeline(lines), ['fear +13.62', 'fear -19.9 score', 'sorrow +37.06', 'sorrow -38.66 stream_ended'])
  t.same(
    lines.map(({ seq }) => seq),
    lines.map((_, index) => index + 1),
    'one sequence',
  )
  const api = new AsyncApi()
  for (const { file, ...event } of lines) {
    t.equal(file, DEMO)
    const channel = event.schema === 'affectd.alert/1' ? 'alert' : 'emotion'
    t.equal(api.complaint(channel, JSON.stringify(event)), null)
  }
})

t.test('a rule for a label that the model does not have is refused, and says which it has', async (t) => {
  const rules = 'alerts.rules={"boredom":{"score":"bored","enter":0.5}}'
  await t.rejects(analyze(DEMO, [rules]), {
    code: 'CONFIG_INVALID_VALUE',
    message: /^alerts\.rules \(from --set\): alert boredom watches "bored", .*neutral, calm/,
  })
})

t.test('a rule that is switched off raises nothing', async (t) => {
  const watched = [
    'alerts.anger.min_duration_s=3',
    'alerts.anger.score=fearful',
    'alerts.anger.enter=0.7',
    'alerts.anger.exit=0.5',
  ]
  t.match(timeline(await analyze(DEMO, watched)), ['anger +13.62'])
  t.same(timeline(await analyze(DEMO, [...watched, 'alerts.anger.enabled=false'])), [])
})

if (hasRavdess()) {
  t.test('a session of clips gives the alert that it was scripted to, by the default rules', async (t) => {
    const folder = t.testdir()
    const clips = decodeRavdess(folder, [5])
    // The third number of a name is the emotion: 01 neutral, 05 angry; the fourth its intensity.
    const neutral = clips.filter((path) => /03-01-01-01-/.test(path))
    const angry = clips.filter((path) => /03-01-05-02-/.test(path))
    const session = join(folder, 'session.wav')
    const spans = await writeSession(session, [
      { clips: neutral, times: 3 },
      { clips: angry, times: 2 },
      { clips: neutral, times: 4 },
    ])
    const lines = await analyze(session)
    const changes = lines.filter((line) => line.schema === 'affectd.alert/1')
    t.match(changes, [
      { kind: 'anger', active: true },
      { kind: 'anger', active: false, evidence: { ended_by: 'score' } },
    ])
    t.equal(changes.length, 2)
    const [raised, over] = changes
    const [, episode] = spans
    t.ok(raised && secondsOf(raised.time) > episode.startS && secondsOf(raised.time) < episode.endS)
    t.ok(over && secondsOf(over.time) > episode.endS)
  })
}
