import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'

import { DEFAULT_MODEL_DIR } from '../../src/config/defaults.js'
import { loadWasmModule } from '../../src/wasm-module.js'

t.test('a module that is not built is null', async (t) => {
  t.equal(loadWasmModule('nn/absent.wasm'), null)
})

t.test('a Node without WASM runs the reference: the golden vectors hold', async (t) => {
  const affectd = join(import.meta.dirname, '..', '..', 'bin', 'affectd.js')
  // --jitless takes WebAssembly away.
  const run = (...args: string[]) => spawnSync(process.execPath, ['--jitless', ...args], { encoding: 'utf8' })
  t.equal(run('-p', 'typeof WebAssembly').stdout.trim(), 'undefined')
  const { status, stdout, stderr } = run(affectd, 'model', 'verify', DEFAULT_MODEL_DIR)
  t.equal(status, 0, stderr)
  t.match(stdout, /golden vectors hold/)
})
