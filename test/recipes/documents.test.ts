import { spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { checkedRules } from '../../src/cli/checked-rules.js'
import { loadConfig } from '../../src/config/load-config.js'
import { AsyncApi } from '../support/asyncapi.js'
import { freePort, Mosquitto } from '../support/mosquitto.js'
import { MqttTap } from '../support/mqtt-tap.js'
import { recipeFile } from '../support/recipe-process.js'
import { findProgram, skipUnlessPart } from '../support/require-part.js'
import { SAMPLE_JUDGEMENT } from '../support/sample-messages.js'

const FOLDERS = readdirSync(recipeFile('.'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const documents = new Map(
  ['', ...FOLDERS].map((folder) => {
    const path = recipeFile(join(folder, 'README.md'))
    return [path, readFileSync(path, 'utf8')]
  }),
)
/** Of each recipe, by folder. */
const recipes = new Map(FOLDERS.map((folder) => [folder, documents.get(recipeFile(`${folder}/README.md`))!]))

t.test('every recipe is in the index, and says what somebody needs who did not write it', (t) => {
  const index = documents.get(recipeFile('README.md'))!
  t.equal(FOLDERS.length, 9)
  for (const [folder, text] of recipes) {
    t.ok(index.includes(`[${folder}](${folder}/README.md)`), folder)
    const parts = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title)
    t.same(parts, ['Install', 'Configure affectd', 'Run', 'Try it without a microphone'], folder)
  }
  t.end()
})

t.test('what may be prohibited says so before anything else', (t) => {
  for (const folder of ['classroom', 'call-desk']) {
    t.match(recipes.get(folder), /^# .*\n\n\*\*Law first\.\*\*[^#]*Article 5\(1\)\(f\)/, folder)
  }
  const rest = FOLDERS.filter((folder) => ['driver-alert', 'well-being', 'home-assistant'].includes(folder))
  for (const folder of rest) t.match(recipes.get(folder), /Article 5\(1\)\(f\)/, folder)
  t.match(documents.get(recipeFile('README.md')), /Article 5\(1\)\(f\)/)
  t.end()
})

t.test('every configuration is one that affectd takes, with rules that its model can score', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'affectd-recipe-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [recipe, text] of recipes) {
    const snippets = [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json]) => json ?? '')
    t.equal(snippets.length, 1, recipe)
    const file = join(folder, `${recipe}.json`)
    writeFileSync(file, snippets[0] ?? '')
    const loaded = loadConfig({ file, env: {} })
    t.ok(checkedRules(loaded, Object.keys(SAMPLE_JUDGEMENT.probabilities)), recipe)
  }
  t.end()
})

t.test('links lead somewhere, and programs can be run', (t) => {
  for (const [path, text] of documents) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (!target.startsWith('https://')) t.ok(existsSync(join(dirname(path), target)), `${path}: ${target}`)
    }
  }
  for (const folder of ['.', ...FOLDERS]) {
    for (const name of readdirSync(recipeFile(folder)).filter((one) => /\.(sh|py)$/.test(one))) {
      accessSync(recipeFile(join(folder, name)), constants.X_OK)
    }
  }
  t.end()
})

t.test(
  'what is pretended in the documents is what a device could say',
  skipUnlessPart(
    'mosquitto or mosquitto_pub',
    findProgram('mosquitto') !== undefined && findProgram('mosquitto_pub') !== undefined,
  ),
  async (t) => {
    const lines = [...documents.values()].flatMap((text) => [
      ...text.matchAll(/^docs\/recipes\/pretend\.sh (.*?)(?: -h \S+)?$/gm),
    ])
    const commands = [...new Set(lines.map(([, args = '']) => args))]
    t.ok(commands.length > 15)
    const broker = new Mosquitto(await freePort())
    await broker.start()
    const tap = await MqttTap.open(broker.url, '#')
    t.teardown(async () => {
      await tap.close()
      await broker.remove()
    })
    const all = commands.map((args) => `'${recipeFile('pretend.sh')}' ${args} -p ${broker.port}`).join('\n')
    const { status, stderr } = spawnSync('bash', ['-e', '-c', all], { encoding: 'utf8' })
    t.equal(status, 0, stderr)
    await tap.until((heard) => heard.length >= commands.length)
    const api = new AsyncApi()
    for (const { topic, payload } of tap.heard) {
      const channel = api.channelOf(topic) ?? ''
      t.equal(api.complaint(channel, payload), null, topic)
    }
    const wrong = spawnSync(recipeFile('pretend.sh'), ['bus-12', 'weather', 'rain'], { encoding: 'utf8' })
    t.equal(wrong.status, 64)
    const none = spawnSync(recipeFile('pretend.sh'), [], { encoding: 'utf8' })
    t.match(none, { status: 64, stderr: /DEVICE WHAT/ })
  },
)
