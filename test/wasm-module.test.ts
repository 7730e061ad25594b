import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

import { DEFAULT_MODEL_DIR } from '../src/config/defaults.js'
import { SAMPLE_RATE_HZ } from '../src/units.js'
import { loadWasmModule } from '../src/wasm-module.js'
import { wav16 } from './capture/build-wav.js'
import { demoSpeech } from './support/demo-speech.js'

t.test('a module that is not built is null', async (t) => {
  t.equal(loadWasmModule('nn/absent.wasm'), null)
})

t.test('a Node without WASM runs the reference: the golden vectors hold', async (t) => {
  const affectd = join(import.meta.dirname, '..', 'bin', 'affectd.js')
  // --jitless takes WebAssembly away.
  const run = (...args: string[]) => spawnSync(process.execPath, ['--jitless', ...args], { encoding: 'utf8' })
  t.equal(run('-p', 'typeof WebAssembly').stdout.trim(), 'undefined')
  const { status, stdout, stderr } = run(affectd, 'model', 'verify', DEFAULT_MODEL_DIR)
  t.equal(status, 0, stderr)
  t.match(stdout, /golden vectors hold/)
})

t.test('the whole agent does without WASM: a recording gives the same events', async (t) => {
  const affectd = join(import.meta.dirname, '..', 'bin', 'affectd.js')
  const speech = await demoSpeech()
  const recording = join(t.testdir(), 'speech.wav')
  writeFileSync(recording, wav16(Array.from({ length: 3.2 * SAMPLE_RATE_HZ }, (_, i) => speech(i))))
  const [plain, fast] = [['--jitless'], []].map((options) =>
    spawnSync(process.execPath, [...options, affectd, 'analyze', '--json', recording], { encoding: 'utf8' }),
  )
  t.equal(plain?.status, 0, plain?.stderr)
  t.match(plain?.stdout, /"schema":"affectd.emotion/)
  t.equal(plain?.stdout, fast?.stdout)
})
