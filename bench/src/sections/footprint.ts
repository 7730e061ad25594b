import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runtimePackages } from '../runtime-packages.js'
import { fixed, type Effort, type Section } from '../section.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const MB = 1024 * 1024

/** What a device's disk holds: the package and all that it depends on, optional parts aside. */
export async function benchFootprint(_: unknown, { installs }: Effort): Promise<Section> {
  const figures: Record<string, number> = { packages: runtimePackages().length }
  const rows = [['packages depended on', String(figures['packages'])]]
  if (installs) {
    const { packageMb, installMb } = weighInstall()
    Object.assign(figures, { packageMb, installMb })
    rows.push(['the package itself, unpacked', `${fixed(packageMb, 1)} MB`])
    rows.push(['device install', `${fixed(installMb, 1)} MB`])
  }
  return {
    id: 'footprint',
    title: 'Footprint',
    notes: ['npm install of the packed package, --omit=dev --omit=optional, without Node itself.'],
    head: ['measured', 'value'],
    rows,
    figures,
  }
}

function weighInstall(): { packageMb: number; installMb: number } {
  const folder = mkdtempSync(join(tmpdir(), 'affectd-install-'))
  try {
    const npm = (...args: string[]): void =>
      void execFileSync('npm', [...args, '--silent', '--no-audit', '--no-fund'], { cwd: folder })
    npm('pack', ROOT, '--ignore-scripts')
    const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz')) as [string]
    writeFileSync(join(folder, 'package.json'), '{"name":"device","version":"1.0.0","private":true}')
    npm('install', `./${tarball}`, '--omit=dev', '--omit=optional')
    return {
      packageMb: bytesUnder(join(folder, 'node_modules', 'affectd')) / MB,
      installMb: bytesUnder(join(folder, 'node_modules')) / MB,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function bytesUnder(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
