import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { AffectdProcess } from '../support/affectd-process.js'

const BIN = fileURLToPath(new URL('../../bin/affectd.js', import.meta.url))
const SECRET = 'correct-horse-battery-staple-7Q'

/** Where the kernel writes core dumps as files into the working directory. */
function writesCoreFiles(): boolean {
  try {
    return /^core\b[^/|]*$/.test(readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim())
  } catch {
    return false
  }
}

/** Starts a Node that may dump core into the folder, waits for a word of it, crashes it and reads the dump. */
async function coreOf(
  folder: string,
  args: readonly string[],
  isReady: (out: string) => boolean,
): Promise<Buffer> {
  const command = `ulimit -c unlimited; exec "$@"`
  const child = spawn('sh', ['-c', command, 'sh', process.execPath, ...args], { cwd: folder })
  let out = ''
  const heard = (text: Buffer): void => void (out += text.toString())
  child.stdout.on('data', heard)
  child.stderr.on('data', heard)
  while (!isReady(out)) await Promise.race([once(child.stderr, 'data'), once(child.stdout, 'data')])
  child.kill('SIGABRT')
  await once(child, 'exit')
  const name = readdirSync(folder).find((file) => file.startsWith('core'))
  return name === undefined ? Buffer.alloc(0) : readFileSync(join(folder, name))
}

function settings(folder: string): string[] {
  const set = [
    'mqtt.url=mqtt://127.0.0.1:1',
    'mqtt.username=u',
    `mqtt.password_file=${join(folder, 'password')}`,
    `device.state_dir=${join(folder, 'state')}`,
  ]
  return ['run', '--source', 'stdin', ...set.flatMap((pair) => ['--set', pair])]
}

t.test('no memory of the agent goes into a core dump', async (t) => {
  const folder = t.testdir({ password: SECRET })
  const agent = new AffectdProcess(settings(folder))
  await agent.until(() => agent.stderr.includes('PUBLISH_UNREACHABLE'))
  t.match(readFileSync(`/proc/${agent.child.pid}/coredump_filter`, 'utf8'), /^0+$/m)
  agent.child.kill('SIGKILL')
  await agent.exited
})

// The kernel's pattern is the machine's: where dumps go to a program, the test above has to do.
if (!writesCoreFiles()) console.error('SKIPPED: core dumps are no files here, none is looked into')
else
  t.test('a crash of the agent leaves no secret in a core dump, where any other would', async (t) => {
    const folder = t.testdir({ agent: {}, other: {}, password: SECRET })
    const script = `const secret = [${JSON.stringify(SECRET)}, Date.now()].join(' '); console.log('ready'); setInterval(() => secret, 1e6)`
    const other = await coreOf(join(folder, 'other'), ['-e', script], (out) => out.includes('ready'))
    t.ok(other.includes(SECRET), 'the test would find it')
    const args = [BIN, ...settings(folder)]
    const agent = await coreOf(join(folder, 'agent'), args, (out) => out.includes('PUBLISH_UNREACHABLE'))
    t.notOk(agent.includes(SECRET))
    t.ok(agent.length < 1e6, `${agent.length} bytes`)
  })
