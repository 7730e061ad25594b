import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { devicesOfChild, listPortaudioDevices } from '../../src/capture/portaudio-devices.js'
import { skipUnlessPart } from '../support/require-part.js'

const DEVICE = {
  id: 2,
  name: 'USB PnP Sound Device: Audio (hw:1,0)',
  hostApi: 'ALSA',
  maxInputChannels: 1,
  defaultSampleRateHz: 44_100,
}

/** Lists with a child that is this script. */
function listWith(t: Test, script: string, limitMs = 20_000, signal?: AbortSignal) {
  return devicesOfChild(join(t.testdir({ 'child.mjs': script }), 'child.mjs'), limitMs, signal)
}

const answering = (message: unknown): string => `process.send(${JSON.stringify(message)})`

t.test('what the child answers is the list, whether it then ends or not', async (t) => {
  const answer = answering({ kind: 'devices', devices: [{ ...DEVICE, more: 'passed over' }] })
  t.same(await listWith(t, answer), [DEVICE])
  t.same(await listWith(t, `${answer}; setInterval(() => undefined, 1000)`), [DEVICE])
  t.same(await listWith(t, `process.send({ kind: 'devices', devices: [] }, () => process.exit(3))`), [])
})

t.test('what the child prints goes nowhere and holds nothing up', async (t) => {
  const flood = "const x = 'x'.repeat(1e6); process.stdout.write(x); process.stderr.write(x);"
  t.same(await listWith(t, flood + answering({ kind: 'devices', devices: [] })), [])
})

t.test('the child is asked for its list and leaves no crash.log here', async (t) => {
  const [device] = await listWith(
    t,
    `const name = process.argv[2] + ' in ' + process.cwd();
     process.send({ kind: 'devices', devices: [{ ...${JSON.stringify(DEVICE)}, name }] })`,
  )
  t.match(device.name, /^list in /)
  t.notOk(device.name.includes(process.cwd()))
})

t.test('naudiodon that is missing is said with why', async (t) => {
  const missing = { kind: 'failed', code: 'no_portaudio' }
  const text = "Cannot find module 'naudiodon'\nRequire stack:\n- /x.js"
  await t.rejects(listWith(t, answering({ ...missing, text })), {
    code: 'CAPTURE_NO_PORTAUDIO',
    exitCode: 69,
    message: /\(Cannot find module 'naudiodon'\); use arecord/,
  })
  await t.rejects(listWith(t, answering(missing)), { message: /no reason given/ })
  await t.rejects(listWith(t, answering({ kind: 'failed', code: 'refused', text: 'no' })), {
    code: 'CAPTURE_PORTAUDIO_FAILED',
    message: /failed \(no\)$/,
  })
})

t.test('an answer that is no list of devices is refused', async (t) => {
  const answers: unknown[] = [
    'devices',
    7,
    { kind: 'hello' },
    { kind: 'devices' },
    { kind: 'devices', devices: [null] },
    { kind: 'devices', devices: [{ ...DEVICE, id: -1 }] },
    { kind: 'devices', devices: [{ ...DEVICE, name: 7 }] },
    { kind: 'devices', devices: [{ ...DEVICE, name: 'x'.repeat(2000) }] },
    { kind: 'devices', devices: [{ ...DEVICE, hostApi: null }] },
    { kind: 'devices', devices: [{ ...DEVICE, maxInputChannels: 1.5 }] },
    { kind: 'devices', devices: [{ ...DEVICE, defaultSampleRateHz: null }] },
    { kind: 'devices', devices: Array.from({ length: 1001 }, () => DEVICE) },
  ]
  for (const answer of answers) {
    await t.rejects(
      listWith(t, answering(answer)),
      { code: 'CAPTURE_PORTAUDIO_FAILED', exitCode: 69 },
      JSON.stringify(answer).slice(0, 100),
    )
  }
})

t.test('a child that crashes, ends without a word or hangs is said, and none is left', async (t) => {
  const code = 'CAPTURE_PORTAUDIO_FAILED'
  await t.rejects(listWith(t, 'process.exit(3)'), { code, message: /ended with status 3$/ })
  await t.rejects(listWith(t, 'process.abort()'), { code, message: /was ended by SIGABRT$/ })
  const folder = t.testdir({
    'child.mjs': `import { writeFileSync } from 'node:fs'
      writeFileSync(new URL('pid', import.meta.url), String(process.pid)); for (;;);`,
  })
  await t.rejects(devicesOfChild(join(folder, 'child.mjs'), 1500), {
    code,
    message: /did not answer within 1500 ms/,
  })
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
  await t.rejects(devicesOfChild(join(folder, 'nowhere.mjs'), 20_000), { code, message: /status 1$/ })
})

t.test('being told to stop ends it as a failure', async (t) => {
  const code = 'CAPTURE_PORTAUDIO_FAILED'
  await t.rejects(listWith(t, 'for (;;);', 20_000, AbortSignal.timeout(100)), {
    code,
    message: /told to stop/,
  })
  await t.rejects(listWith(t, 'for (;;);', 20_000, AbortSignal.abort()), { code, message: /told to stop/ })
})

t.test(
  'the real child lists what PortAudio finds, or nothing where there is no sound card',
  skipUnlessPart('naudiodon', isInstalled('naudiodon')),
  async (t) => {
    t.ok(Array.isArray(await listPortaudioDevices()))
    t.notOk(existsSync('crash.log'))
  },
)

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name)
    return true
  } catch {
    return false
  }
}
