import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { parseRunRecord, RUN_RECORD_MAX_BYTES } from '../../ops/run-record.js'
import { StateFile } from '../../ops/state-file.js'
import { reasonOf } from '../../reason-of.js'
import { readRemoteState } from '../../remote-store.js'
import { textTable } from '../text-table.js'
import type { Section } from './section.js'

const MAX_ENTRIES = 500
/** A profile may be somebody's name. */
const PROFILE = /^fatigue-.*\.json/

/**
 * What lies in the state folder: names, sizes and times. Of two files also what is in them, the run before and the
 * numbers of remote configuration; never of a baseline, an event or a summary.
 */
export function stateSection(stateDir: string): Section {
  return {
    title: `state folder ${stateDir}`,
    gather: () =>
      [listing(stateDir), `run.json: ${run(stateDir)}`, `remote-config.json: ${remote(stateDir)}`].join('\n'),
  }
}

function listing(folder: string): string {
  const rows: (readonly string[])[] = []
  const walk = (below: string): void => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      if (rows.length >= MAX_ENTRIES) return
      const path = join(below, name)
      const stats = lstatSync(join(folder, path), { throwIfNoEntry: false })
      if (stats === undefined) continue
      rows.push([
        path.replace(PROFILE, 'fatigue-….json'),
        kindOf(stats),
        stats.mtime.toISOString(),
        mode(stats),
      ])
      if (stats.isDirectory()) walk(path)
    }
  }
  walk('.')
  return textTable(['name', 'bytes', 'changed', 'rights'], rows)
}

function kindOf(stats: Stats): string {
  if (stats.isFile()) return String(stats.size)
  return stats.isDirectory() ? 'folder' : 'neither file nor folder'
}

function mode({ mode: bits, uid, gid }: Stats): string {
  return `${(bits & 0o7777).toString(8)} ${uid}:${gid}`
}

function run(folder: string): string {
  try {
    const bytes = new StateFile(folder, 'run.json').read(RUN_RECORD_MAX_BYTES)
    return bytes === undefined ? 'there is none' : JSON.stringify(parseRunRecord(bytes))
  } catch (error) {
    return `(${reasonOf(error)})`
  }
}

function remote(folder: string): string {
  try {
    const state = readRemoteState(new StateFile(folder, 'remote-config.json'))
    if (state === undefined) return 'there is none'
    const { device, group, inForce, trial } = state
    const verdict = (one: typeof device): object | null =>
      one && { revision: one.revision, status: one.status, error: one.error?.code ?? null }
    return JSON.stringify({
      device: verdict(device),
      group: verdict(group),
      in_force: { device: inForce.device?.revision ?? 0, group: inForce.group?.revision ?? 0 },
      on_trial: trial !== null,
    })
  } catch (error) {
    return `(${reasonOf(error)})`
  }
}
