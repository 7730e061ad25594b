import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadCorpus } from '../../training/src/corpora/load-corpus.js'
import { verdictsOfEvents } from '../../training/src/evaluate/evaluate.js'
import type { FormReport } from '../../training/src/evaluate/figures.js'
import { metricsOf } from '../../training/src/evaluate/metrics.js'
import { EMOBOX_TEST_ACTORS, RAVDESS_EMOBOX6 } from '../../training/src/protocols/ravdess-emobox6.js'
import type { ModelManifest } from '../../src/nn/manifest.js'
import { AffectdProcess } from '../support/affectd-process.js'
import { decodeRavdess, hasRavdess } from '../support/corpora.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { skipUnless } from '../support/require-part.js'

const DEMO = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))
const FOLD_1 = fileURLToPath(new URL('../../training/artefacts/ravdess-emobox6/fold-1', import.meta.url))
const REPORT = fileURLToPath(new URL('../../docs/reports/ravdess-emobox6/metrics.json', import.meta.url))

async function affectd(
  args: readonly string[],
  stdin: Uint8Array = new Uint8Array(),
): Promise<AffectdProcess & { status: number }> {
  const program = new AffectdProcess(args)
  program.child.stdin.end(stdin)
  return Object.assign(program, { status: await program.exited })
}

interface Event {
  readonly schema: string
  readonly seq: number
  readonly time: string
  readonly window: { readonly start: string; readonly duration_ms: number; readonly speech_ms: number }
  readonly label: string
  readonly confidence: number
  readonly probabilities: Readonly<Record<string, number>>
}

function eventsOf(text: string): Event[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event)
}

/** What must not depend on the way that the audio came. */
function decisionsOf(events: readonly Event[]): unknown {
  return events.map(({ time, window, label, probabilities }) => ({ time, window, label, probabilities }))
}

t.test('the shipped model decides on the bundled recording as it always did', async (t) => {
  const { status, stdout, stderr } = await affectd(['analyze', '--json', DEMO])
  t.equal(status, 0, stderr)
  // Written by: npx affectd analyze --json --set device.id=demo assets/demo.wav > test/e2e/demo-decisions.jsonl
  const recorded = eventsOf(
    readFileSync(fileURLToPath(new URL('demo-decisions.jsonl', import.meta.url)), 'utf8'),
  )
  t.ok(recorded.length >= 10)
  t.same(decisionsOf(eventsOf(stdout)), decisionsOf(recorded))
})

if (hasRavdess()) {
  const needsFlac = skipUnless('flac')
  t.test(
    "the report's accuracy on the unseen actors of fold 1 comes out of analyze --json",
    needsFlac,
    async (t) => {
      const root = t.testdir()
      const files = decodeRavdess(root, EMOBOX_TEST_ACTORS[0] as number[])
      const { status, stdout, stderr } = await affectd(['analyze', '--json', '--model', FOLD_1, ...files])
      t.equal(status, 0, stderr)
      const test = RAVDESS_EMOBOX6.folds(loadCorpus(root, 'ravdess'))[0]?.test ?? []
      const manifest = JSON.parse(readFileSync(`${FOLD_1}/manifest.json`, 'utf8')) as ModelManifest
      const metrics = metricsOf(verdictsOfEvents(manifest, test, stdout), manifest.labels)
      const report = JSON.parse(readFileSync(REPORT, 'utf8')) as { int8: FormReport }
      const reported = report.int8.folds.find(({ name }) => name === '1')
      t.match(reported, { clips: metrics.clips, ua: metrics.ua, wa: metrics.wa })
      t.ok(metrics.ua > 0.55, `UA ${metrics.ua}: below 0.55 something is broken`)
    },
  )

  t.test(
    'a clip gives the same decisions from a file, from stdin and to analyze',
    skipUnless('mosquitto'),
    async (t) => {
      const folder = t.testdir()
      const [first, second] = decodeRavdess(folder, [11], 60).slice(58) as [string, string]
      const broker = new Mosquitto(await freePort())
      await broker.start()
      t.teardown(() => broker.remove())
      const common = [
        '--set',
        `mqtt.url=${broker.url}`,
        '--set',
        'capture.start_time=2026-01-02T03:04:05.000Z',
      ]
      const heardBy = async (
        id: string,
        source: string,
        stdin?: Uint8Array,
      ): Promise<Map<string, string[]>> => {
        const tap = await MqttTap.open(broker.url, `affectd/${id}/#`)
        t.teardown(() => tap.close())
        const { status, stderr } = await affectd(
          [
            'run',
            '--source',
            source,
            '--set',
            `device.id=${id}`,
            '--set',
            `device.state_dir=${folder}/${id}`,
            ...common,
          ],
          stdin,
        )
        t.equal(status, 0, stderr)
        await tap.until((heard) =>
          heard.some(({ topic, payload }) => topic.endsWith('/status') && payload.includes('offline')),
        )
        const byTopic = new Map<string, string[]>()
        for (const { topic, payload } of tap.heard) {
          const name = topic.slice(`affectd/${id}/`.length)
          byTopic.set(name, [...(byTopic.get(name) ?? []), payload])
        }
        return byTopic
      }

      const file = await heardBy('t-file', `file:${first}?pace=fast`)
      t.ok(file.get('status')?.some((payload) => payload.includes('"online"')))
      t.match(JSON.parse(file.get('info')?.[0] ?? '{}'), { model: { id: String } })
      const fromFile = eventsOf((file.get('emotion') ?? []).join('\n'))
      t.ok(fromFile.length >= 1)
      for (const event of fromFile) {
        t.equal(event.schema, 'affectd.emotion/1')
        const sum = Object.values(event.probabilities).reduce((a, b) => a + b, 0)
        t.ok(Math.abs(sum - 1) <= 1e-6, `probabilities sum to ${sum}`)
        t.equal(event.probabilities[event.label], event.confidence)
      }

      // The clips are 16 kHz mono 16-bit with a header of 44 bytes: the rest is what stdin takes.
      const stdin = await heardBy('t-stdin', 'stdin', readFileSync(first).subarray(44))
      t.same(decisionsOf(eventsOf((stdin.get('emotion') ?? []).join('\n'))), decisionsOf(fromFile))

      const analyzed = await affectd([
        'analyze',
        '--json',
        '--set',
        'capture.start_time=2026-01-02T03:04:05.000Z',
        first,
      ])
      t.same(decisionsOf(eventsOf(analyzed.stdout)), decisionsOf(fromFile))

      const other = await affectd(['analyze', '--json', second])
      t.not(other.stdout.length, 0)
      t.notSame(eventsOf(other.stdout)[0]?.probabilities, fromFile[0]?.probabilities)
    },
  )
}
