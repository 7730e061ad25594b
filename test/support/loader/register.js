// Lets Node load the TypeScript of the tests and of what they test: `node --import ./test/support/loader/register.js`.
import { register } from 'node:module'
import processOnSpawn from 'process-on-spawn'

register('./hooks.js', import.meta.url)
// tap has every process that a test starts load its own hooks first, to trace what is covered, which nobody asks for here.
// The agents that are tested would not be those that run on a device, and a third of a second slower to start.
processOnSpawn.removeAllListeners()
