import { createRequire } from 'node:module'
import { isInstalled } from '../../src/classify/tfjs-runtime.js'

export function isNaudiodonInstalled(): boolean {
  return isInstalled(createRequire(import.meta.url), 'naudiodon')
}
