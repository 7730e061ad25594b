import t from 'tap'
import { COMMANDS } from '../../src/cli/commands.js'
import { main } from '../../src/main.js'
import { memoryIo, type MemoryIo } from '../support/memory-io.js'

async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<MemoryIo & { exitCode: number }> {
  const io = memoryIo(env)
  const before = process.exitCode
  try {
    await main(args, io)
    const exitCode = Number(process.exitCode)
    return Object.defineProperties({ exitCode }, Object.getOwnPropertyDescriptors(io)) as MemoryIo & {
      exitCode: number
    }
  } finally {
    // The tests' own status must not be that of the program under test.
    process.exitCode = before
  }
}

t.test('--help names every command, --version the version', async (t) => {
  const help = await run(['--help'])
  t.equal(help.exitCode, 0)
  for (const { name } of COMMANDS) t.match(help.stdout, new RegExp(`^  ${name} `, 'm'))
  t.match((await run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
})

t.test('every command has a help of its own', async (t) => {
  for (const { name } of COMMANDS) {
    const { stdout, stderr, exitCode } = await run([name, '--help'])
    t.equal(exitCode, 0, name)
    t.match(stdout, new RegExp(`^Usage: affectd ${name} `), name)
    t.equal(stderr, '')
  }
})

t.test('no command at all prints the help and fails', async (t) => {
  t.match(await run([]), { exitCode: 64, stdout: /Usage/ })
})

t.test('an unknown command or option is wrong usage, with a hint', async (t) => {
  t.match(await run(['analyse']), {
    exitCode: 64,
    stdout: '',
    stderr: 'affectd: USAGE_UNKNOWN_COMMAND: unknown command analyse; did you mean analyze?\n',
  })
  t.match(await run(['--verion']), { exitCode: 64, stderr: /^affectd: USAGE_UNKNOWN_COMMAND: .*--help\n$/ })
  t.match(await run(['run', '--sorce', 'x']), { exitCode: 64, stderr: /did you mean --source\?\n$/ })
  t.match(await run(['run', 'x']), {
    exitCode: 64,
    stderr: /^affectd: USAGE_ARGUMENTS: affectd run takes no 'x'/,
  })
})

t.test('an error is one line without a stack, unless --verbose asks for it', async (t) => {
  const args = ['config', 'check', '--set', 'mqtt.keepalive_s=1']
  const terse = await run(args)
  t.equal(terse.exitCode, 78)
  t.match(terse.stderr, /^affectd: CONFIG_INVALID_VALUE: [^\n]*\n$/)
  const verbose = await run([...args, '--verbose'])
  t.equal(verbose.exitCode, 78)
  t.match(verbose.stderr, /\n +at /)
})

t.test('what a message quotes cannot move the cursor or add lines', async (t) => {
  const { stderr } = await run(['evil\u001b[2J\nname'])
  t.notMatch(stderr.slice(0, -1), /[\u0000-\u001f]/)
})

t.test('an AFFECTD_ variable that names no key stops the program', async (t) => {
  t.match(await run(['config', 'check'], { AFFECTD_MQTT_ULR: 'x' }), {
    exitCode: 78,
    stderr: /^affectd: CONFIG_UNKNOWN_KEY: .*AFFECTD_MQTT_URL\?\n$/,
  })
})
