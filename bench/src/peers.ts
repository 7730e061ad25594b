import { createRequire } from 'node:module'

/** Outside the workspaces: `npm run bench:setup` installs what is there. */
const requirePeer = createRequire(new URL('../peers/package.json', import.meta.url))

/**
 * A package that affectd is compared with.
 *
 * @throws {Error} that names the command that installs it
 */
export function loadPeer(name: string): unknown {
  try {
    return requirePeer(name)
  } catch (cause) {
    throw new Error(`${name} does not load: npm run bench:setup`, { cause })
  }
}
