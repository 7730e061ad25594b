import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export function isNaudiodonInstalled(): boolean {
  try {
    require.resolve('naudiodon')
    return true
  } catch {
    return false
  }
}
