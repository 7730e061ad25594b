import { spawnSync } from 'node:child_process'

/** A python3 that has a module, or undefined: Debian's modules are in /usr/bin/python3 even if another comes first in PATH. */
export function pythonWith(module: string): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', `import ${module}`]).status === 0,
  )
}
