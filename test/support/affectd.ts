import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/affectd.js', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built program as a person would, with nothing of the caller's configuration in its environment. */
export function affectd(args: readonly string[], stdin?: Uint8Array): Promise<Ended> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AFFECTD_')))
  const child = spawn(process.execPath, [BIN, ...args], { env: { ...env, NO_COLOR: '1' } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // A program that refuses its input closes the pipe before everything is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin ?? new Uint8Array())
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}
