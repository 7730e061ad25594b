import { readFileSync } from 'node:fs'

let version: string | undefined

/** Of the package. Read once: it is told every few seconds. */
export function packageVersion(): string {
  version ??= read()
  return version
}

function read(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
