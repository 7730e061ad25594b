import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Machine } from './key-spec.js'

// Two folders up from both src/config/ and dist/config/.
const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The model that this release ships. */
export const DEFAULT_MODEL_DIR = join(PACKAGE_ROOT, 'models', 'quantized', 'affect-cnn-2')

/** The detector of speech that this release ships. */
export const DEFAULT_VAD_MODEL_DIR = join(PACKAGE_ROOT, 'models', 'quantized', 'vad-1')

/** The package's own configuration: what a distributor changes without touching code. */
export const PACKAGED_CONFIG_FILE = join(PACKAGE_ROOT, 'config', 'default.json')

/** The host's name without its domain, in the characters of a device id. */
export function defaultDeviceId({ hostname }: Machine): string {
  const id = hostname
    .split('.', 1)[0]
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64)
  return id === '' ? 'affectd' : id
}

/** systemd's StateDirectory, else /var/lib/affectd for root, else the user's own by the XDG base directories. */
export function defaultStateDir({ env, homeDir, isRoot }: Machine): string {
  // systemd parts several with colons; ours comes first.
  const given = env['STATE_DIRECTORY']?.split(':', 1)[0]
  if (given !== undefined && isAbsolute(given)) return given
  if (isRoot) return '/var/lib/affectd'
  const xdg = env['XDG_STATE_HOME']
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeDir, '.local', 'state')
  return join(base, 'affectd')
}
