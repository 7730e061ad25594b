import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const SCRIPT = fileURLToPath(new URL('../../scripts/deploy/fix-portaudio.sh', import.meta.url))
const SHIPPED = 'the library that naudiodon ships'

/** As much of an ELF file as tells 64 bits and the machine, and a name to tell two apart by. */
function library(machine: 'arm64' | 'x86-64', name: string): Buffer {
  const header = Buffer.alloc(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.writeUInt16LE(machine === 'arm64' ? 0xb7 : 0x3e, 18)
  return Buffer.concat([header, Buffer.from(name)])
}

// Loads only as built with the system's library.
const NAUDIODON = `
  const { readFileSync } = require('fs')
  require('segfault-handler')
  if (!readFileSync(__dirname + '/build/library').includes('for arm64')) throw new Error('wrong ELF class')
  console.log('a line that nobody asked for')
  exports.getDevices = () => [
    { name: 'USB mic', hostAPIName: 'ALSA', maxInputChannels: 1, maxOutputChannels: 0, defaultSampleRate: 48000 },
    { name: 'HDMI', hostAPIName: 'ALSA', maxInputChannels: 0, maxOutputChannels: 8, defaultSampleRate: 44100 },
  ]
`

/** Stand-ins for programs: a Node that says it is for another architecture, and an npm that notes what it is to do. */
function standIns(arch: string, systemLibrary: string): Record<string, string> {
  const node = `if [ "$1 $2" = "-p process.arch" ]; then echo ${arch}; else exec "${process.execPath}" "$@"; fi`
  const npm = `echo "$(basename "$PWD"): $* with $npm_config_nodedir" >>"$NPM_LOG"
    if [ -n "$NPM_FAILS" ]; then echo "error: $NPM_FAILS" >&2; exit 1; fi
    mkdir -p build && if [ -d portaudio ]; then cp portaudio/bin/libportaudio.so.2 build/library; fi`
  const programs = {
    node,
    npm,
    ldconfig: `echo "	libportaudio.so.2 (libc6) => ${systemLibrary}"`,
    'g++': 'exit 0',
    make: 'exit 0',
    python3: 'exit 0',
  }
  return Object.fromEntries(Object.entries(programs).map(([name, text]) => [name, `#!/bin/sh\n${text}\n`]))
}

interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An install with an unbuilt naudiodon, and how to run the script on it. */
class Install {
  readonly folder: string
  readonly nodeModules: string
  readonly placed: string
  readonly systemLibrary: string
  readonly #npmLog: string

  constructor(t: Test, arch = 'arm64') {
    this.folder = t.testdir({
      'libportaudio.so.2': library('arm64', 'for arm64, 19.6'),
      'npm.log': '',
      headers: { include: { node: { 'node.h': '' } } },
      node_modules: {
        naudiodon: {
          'package.json': '{ "name": "naudiodon", "version": "2.3.6" }',
          'binding.gyp': '{}',
          'index.js': NAUDIODON,
          portaudio: { bin: { 'libportaudio.so.2': SHIPPED } },
        },
        'segfault-handler': {
          'package.json': '{ "name": "segfault-handler" }',
          'index.js': `if (!require('fs').existsSync(__dirname + '/build')) throw new Error('is not built')`,
        },
      },
      bin: {},
    })
    this.nodeModules = join(this.folder, 'node_modules')
    this.placed = join(this.nodeModules, 'naudiodon/portaudio/bin/libportaudio.so.2')
    this.systemLibrary = join(this.folder, 'libportaudio.so.2')
    this.#npmLog = join(this.folder, 'npm.log')
    for (const [name, text] of Object.entries(standIns(arch, this.systemLibrary))) {
      writeFileSync(join(this.folder, 'bin', name), text, { mode: 0o755 })
    }
  }

  run(args: readonly string[] = [this.nodeModules], env: NodeJS.ProcessEnv = {}, script = SCRIPT): Outcome {
    const { status, stdout, stderr } = spawnSync('bash', [script, ...args], {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: [join(this.folder, 'bin'), process.env['PATH']].join(delimiter),
        NPM_LOG: this.#npmLog,
        ...env,
      },
    })
    return { status, stdout, stderr }
  }

  /** What npm was asked to do, a line each. */
  get builds(): string[] {
    return readFileSync(this.#npmLog, 'utf8').split('\n').slice(0, -1)
  }
}

for (const arch of ['x64', 'arm']) {
  t.test(`where naudiodon brings a library, as for ${arch}, there is nothing to mend`, async (t) => {
    const install = new Install(t, arch)
    const { status, stdout } = install.run()
    t.equal(status, 0)
    t.match(stdout, /nothing to mend/)
    t.equal(readFileSync(install.placed, 'utf8'), SHIPPED)
    t.same(install.builds, [])
  })
}

t.test('an architecture that nobody has tried is refused', async (t) => {
  const { status, stderr } = new Install(t, 'riscv64').run()
  t.equal(status, 2)
  t.match(stderr, /riscv64/)
})

t.test('the library is put in place, both packages are built, and the devices are listed', async (t) => {
  const install = new Install(t)
  const { status, stdout, stderr } = install.run([
    '--nodedir',
    join(install.folder, 'headers'),
    install.nodeModules,
  ])
  t.equal(status, 0, stderr)
  t.same(readFileSync(install.placed), readFileSync(install.systemLibrary))
  t.equal(readFileSync(`${install.placed}.orig`, 'utf8'), SHIPPED)
  const headers = join(install.folder, 'headers')
  t.same(install.builds, [
    `naudiodon: exec --call node-gyp rebuild with ${headers}`,
    `segfault-handler: exec --call node-gyp rebuild with ${headers}`,
  ])
  t.match(stdout, /naudiodon 2\.3\.6 is mended/)
  t.match(stdout, /devices: 2, of which can record: 1\n {2}USB mic \(ALSA, in 1, out 0, 48000 Hz\)\n/)
  t.notMatch(stdout, /nobody asked for/)
})

t.test('a second run finds it mended, and builds only when told to', async (t) => {
  const install = new Install(t)
  t.equal(install.run().status, 0)
  const built = install.builds.length
  const again = install.run()
  t.equal(again.status, 0)
  t.match(again.stdout, /works already[^]*devices: 2/)
  t.equal(install.builds.length, built)
  t.equal(install.run(['--force', install.nodeModules]).status, 0)
  t.equal(install.builds.length, built + 1, 'naudiodon; segfault-handler loads')
})

t.test(
  'a newer library of the system takes the place of the older, and what was shipped stays kept',
  async (t) => {
    const install = new Install(t)
    install.run()
    const built = install.builds.length
    writeFileSync(install.systemLibrary, library('arm64', 'for arm64, 19.7'))
    t.equal(install.run().status, 0)
    t.match(readFileSync(install.placed, 'utf8'), /19\.7/)
    t.equal(readFileSync(`${install.placed}.orig`, 'utf8'), SHIPPED)
    t.equal(install.builds.length, built + 1)
  },
)

t.test('an install that shares the file by a hard link keeps its own', async (t) => {
  const install = new Install(t)
  const other = join(install.folder, 'other-install.so.2')
  linkSync(install.placed, other)
  t.equal(install.run().status, 0)
  t.equal(readFileSync(other, 'utf8'), SHIPPED)
})

t.test('naudiodon is found in the nearest node_modules above the script', async (t) => {
  const install = new Install(t)
  const deploy = join(install.nodeModules, 'affectd/scripts/deploy')
  mkdirSync(deploy, { recursive: true })
  cpSync(SCRIPT, join(deploy, 'fix-portaudio.sh'))
  const { status, stderr } = install.run([], {}, join(deploy, 'fix-portaudio.sh'))
  t.equal(status, 0, stderr)
  t.ok(existsSync(`${install.placed}.orig`))
})

t.test('a naudiodon that is not there is named, with how to install it', async (t) => {
  const install = new Install(t)
  rmSync(join(install.nodeModules, 'naudiodon'), { recursive: true })
  const { status, stderr } = install.run()
  t.equal(status, 3)
  t.match(stderr, install.nodeModules)
  t.match(stderr, /npm ci --omit=dev --ignore-scripts/)
})

t.test('a segfault-handler that is not there is named', async (t) => {
  const install = new Install(t)
  // Outside this checkout, whose own would be found in a folder further up.
  const elsewhere = mkdtempSync(join(tmpdir(), 'affectd-portaudio-'))
  t.teardown(() => {
    rmSync(elsewhere, { recursive: true })
  })
  cpSync(join(install.nodeModules, 'naudiodon'), join(elsewhere, 'naudiodon'), { recursive: true })
  const { status, stderr } = install.run([elsewhere])
  t.equal(status, 3)
  t.match(stderr, /segfault-handler/)
})

t.test('a system without the library says what to install, and nothing is touched', async (t) => {
  const install = new Install(t)
  // What ldconfig names is for another machine.
  writeFileSync(install.systemLibrary, library('x86-64', 'for x86-64'))
  const { status, stderr } = install.run()
  t.equal(status, 4)
  t.match(stderr, /apt install libportaudio2/)
  t.equal(readFileSync(install.placed, 'utf8'), SHIPPED)
  t.same(install.builds, [])
})

t.test('a library that is named must be there and for 64-bit ARM', async (t) => {
  const install = new Install(t)
  const wrong = join(install.folder, 'wrong.so.2')
  writeFileSync(wrong, library('x86-64', 'for x86-64'))
  for (const named of [wrong, join(install.folder, 'absent.so.2'), install.folder]) {
    const { status, stderr } = install.run(['--library', named, install.nodeModules])
    t.equal(status, 4)
    t.match(stderr, named)
  }
})

t.test('a build that fails shows what the compiler said', async (t) => {
  const { status, stderr } = new Install(t).run(undefined, { NPM_FAILS: 'file in wrong format' })
  t.equal(status, 5)
  t.match(stderr, /error: file in wrong format[^]*naudiodon does not build/)
})

t.test('a naudiodon that builds but does not load is a failure', async (t) => {
  const install = new Install(t)
  const library = join(install.nodeModules, 'naudiodon/build/library')
  mkdirSync(join(library, '..'))
  // The stand-in for npm cannot write over it.
  mkdirSync(library)
  const { status, stderr } = install.run()
  t.equal(status, 6)
  t.match(stderr, /does not load and list devices/)
})

t.test('wrong use is refused, and --help names every exit status', async (t) => {
  const install = new Install(t)
  for (const args of [
    ['--quick'],
    ['--library'],
    ['a', 'b'],
    ['--nodedir', install.folder, install.nodeModules],
  ]) {
    t.equal(install.run(args).status, 2, args.join(' '))
  }
  const { status, stdout } = install.run(['--help'])
  t.equal(status, 0)
  for (const code of [0, 2, 3, 4, 5, 6, 7]) t.match(stdout, new RegExp(`^ {2}${code} {2}\\w`, 'm'))
})
