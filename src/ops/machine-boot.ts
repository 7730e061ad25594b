import { readFileSync } from 'node:fs'

/** Names this boot of the machine: another one after every reboot and power cut. */
export function machineBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
