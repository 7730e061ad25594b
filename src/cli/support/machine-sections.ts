import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { arch, cpus, loadavg, release, uptime } from 'node:os'
import { packageVersion } from '../version.js'
import type { Section } from './section.js'

const THERMAL = '/sys/class/thermal'
const MEMORY = /^(MemTotal|MemAvailable|SwapTotal|SwapFree):/

/** What the machine is and how it fares. */
export function machineSections(stateDir: string): readonly Section[] {
  return [
    { title: 'versions', gather: versions },
    { title: 'memory, disk, load, temperature', gather: () => resources(stateDir) },
    { title: 'sound cards of the kernel', gather: soundCards },
  ]
}

function versions(): string {
  return lines([
    ['affectd', packageVersion()],
    ['Node', `${process.versions.node} (${process.execPath})`],
    ['system', system()],
    ['kernel', `${release()} ${arch()}`],
    ['board', firstLine('/proc/device-tree/model')],
    ['processors', `${cpus().length} × ${cpus()[0]?.model ?? '?'}`],
    ['time', new Date().toISOString()],
  ])
}

function system(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '?'
  } catch {
    return '?'
  }
}

function resources(stateDir: string): string {
  const memory = readFileSync('/proc/meminfo', 'utf8')
    .split('\n')
    .filter((line) => MEMORY.test(line))
  return [
    ...memory,
    `load: ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')}`,
    `up: ${Math.round(uptime())} s`,
    `disk of device.state_dir: ${disk(stateDir)}`,
    ...temperatures(),
  ].join('\n')
}

function disk(folder: string): string {
  try {
    const { bavail, blocks, bsize, ffree } = statfsSync(folder)
    const mb = (count: number): string => ((count * bsize) / 1e6).toFixed(0)
    return `${mb(bavail)} of ${mb(blocks)} MB free, ${ffree} inodes free`
  } catch (error) {
    return `(${(error as NodeJS.ErrnoException).code ?? 'unknown'})`
  }
}

function temperatures(): readonly string[] {
  try {
    const zones = readdirSync(THERMAL).filter((name) => name.startsWith('thermal_zone'))
    return zones.map((zone) => {
      const celsius = Number(firstLine(`${THERMAL}/${zone}/temp`)) / 1000
      return `temperature of ${firstLine(`${THERMAL}/${zone}/type`)}: ${celsius.toFixed(1)} °C`
    })
  } catch {
    return ['temperature: not told here']
  }
}

function soundCards(): string {
  return readFileSync('/proc/asound/cards', 'utf8')
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').split(/[\n\u0000]/, 1)[0]
  } catch {
    return '?'
  }
}

function lines(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, value]) => `${name}: ${value}`).join('\n')
}
