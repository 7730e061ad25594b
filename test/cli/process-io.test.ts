import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const PROGRAM = fileURLToPath(new URL('../../bin/affectd.js', import.meta.url))
const RECORDING = fileURLToPath(new URL('../../assets/demo.wav', import.meta.url))

t.test('a standard output that is full costs one line and wrong usage', async (t) => {
  for (const args of [
    ['config', 'schema'],
    ['analyze', '--json', RECORDING],
  ]) {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(full)
    t.equal(status, 64, args[0])
    t.equal(stderr, 'affectd: USAGE_OUTPUT: standard output cannot be written (ENOSPC); send it elsewhere\n')
  }
})
