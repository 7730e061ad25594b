import { ConfigError } from '../../errors.js'
import { isJsonObject } from '../../hostile-json.js'
import { CONFIG_KEYS } from '../config.js'
import { unknownKey } from '../config-errors.js'
import { treeLayer } from '../layers.js'
import { loadConfig, type ConfigSources, type LoadedConfig } from '../load-config.js'
import { currentTree } from '../migrations/config-version.js'
import type { Origin } from '../origin.js'
import type { Patch } from './desired.js'
import { mergedOverlay } from './merge-patch.js'
import { checkPrivacyKept } from './privacy-guard.js'
import type { Overlay } from './revisions.js'

/**
 * The configuration with an overlay between the local file and the environment, checked whole.
 *
 * @param local every source but the remote one
 * @throws {ConfigError} CONFIG_NOT_REMOTE, CONFIG_PINNED, CONFIG_PRIVACY_LOOSENED, CONFIG_TOO_NEW, and as `loadConfig`
 */
export function loadWithOverlay(local: ConfigSources, { group, device }: Overlay): LoadedConfig {
  const bare = loadConfig(local)
  const names = [
    ...(device === null ? [] : [`revision ${device.revision}`]),
    ...(group === null ? [] : [`group revision ${group.revision}`]),
  ]
  if (names.length === 0) return bare
  const origin: Origin = { kind: 'remote', name: names.join(' over ') }
  // Each by its own version: a patch may have been written before the device, or the other, knew newer names.
  const current = [group, device].map((one) => (one === null ? undefined : currentTree(one.patch, origin)))
  const [groupPatch, devicePatch] = current.map((one) => one?.tree as Patch | undefined)
  // Each patch by itself too: a wrong key under the other's cover is wrong all the same.
  for (const patch of [groupPatch, devicePatch]) if (patch !== undefined) checkPatch(patch, bare, origin)
  const remote = treeLayer(CONFIG_KEYS, mergedOverlay(groupPatch, devicePatch), origin)
  const loaded = loadConfig({ ...local, remote })
  checkPrivacyKept(bare.config, loaded.config)
  const outdated = current.flatMap((one) =>
    one !== undefined && one.outdated.changes.length > 0 ? [one.outdated] : [],
  )
  return { ...loaded, outdated: [...loaded.outdated, ...outdated] }
}

function checkPatch(patch: Patch, local: LoadedConfig, origin: Origin): void {
  for (const { key } of treeLayer(CONFIG_KEYS, mergedOverlay(patch, undefined), origin)) {
    checkSettable(key, local)
  }
  for (const path of nulledPaths(patch)) {
    const keys = [...CONFIG_KEYS.keys()].filter((key) => key === path || key.startsWith(`${path}.`))
    if (keys.length === 0) throw unknownKey(path, origin, CONFIG_KEYS.keys())
    // A whole group may be returned, what can be set from afar in it.
    if (keys[0] === path || !keys.some(isRemote)) checkSettable(keys[0] as string, local)
  }
}

function nulledPaths(patch: Patch, prefix = ''): readonly string[] {
  return Object.entries(patch).flatMap(([name, value]) => {
    const path = prefix + name
    if (value === null) return [path]
    // Within a key's own value null takes out what the group's patch put there.
    return isJsonObject(value) && !CONFIG_KEYS.has(path) ? nulledPaths(value, `${path}.`) : []
  })
}

function checkSettable(key: string, local: LoadedConfig): void {
  if (!isRemote(key)) {
    throw new ConfigError('CONFIG_NOT_REMOTE', `${key} cannot be set from afar: set it on the device`)
  }
  const from = local.origins.get(key)
  if (from?.kind === 'environment' || from?.kind === 'set') {
    throw new ConfigError('CONFIG_PINNED', `${key} is pinned on the device (from ${from.name})`)
  }
}

function isRemote(key: string): boolean {
  return CONFIG_KEYS.get(key)?.remote === true
}
