import { spawnSync } from 'node:child_process'
import t from 'tap'
import { isNaudiodonInstalled } from '../support/naudiodon.js'
import { skipUnlessPart } from '../support/require-part.js'

t.test(
  'naudiodon, where it is installed, loads and lists devices',
  skipUnlessPart('naudiodon', isNaudiodonInstalled()),
  async (t) => {
    // In a process of its own: it installs a handler for segmentation faults and writes to stdout.
    const script = `const list = require('naudiodon').getDevices(); process.exit(Array.isArray(list) ? 42 : 1)`
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      cwd: process.cwd(),
    })
    t.equal(status, 42, 'the process ended as it was told to', { stderr })
  },
)
