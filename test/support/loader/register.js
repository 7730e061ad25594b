// Lets Node load the TypeScript of the tests and of what they test: `node --import ./test/support/loader/register.js`.
import { register } from 'node:module'

register('./hooks.js', import.meta.url)
