import { execFile } from 'node:child_process'

const MAX_BYTES = 1024 * 1024

/**
 * What a program prints, whatever status it ends with.
 *
 * @throws {Error} if it is not there or has to be ended
 */
export function programOutput(
  program: string,
  args: readonly string[],
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<string> {
  const options = {
    env: { ...env, LC_ALL: 'C', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '' },
    signal,
    killSignal: 'SIGKILL' as const,
    maxBuffer: MAX_BYTES,
  }
  return new Promise((resolve, reject) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      const code = error?.code as unknown
      if (error !== null && typeof code !== 'number') {
        reject(
          new Error(
            code === 'ENOENT'
              ? `there is no ${program} here`
              : `${program}: ${String(code ?? error.message)}`,
          ),
        )
        return
      }
      resolve(stdout === '' ? stderr : stdout)
    })
  })
}
