// The program from its sources, for tests that need a process of its own: `node --import tsx test/support/run-main.ts`.
import { main } from '../../src/main.js'

await main(process.argv.slice(2))
