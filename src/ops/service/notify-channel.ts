import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Logger } from '../logger.js'

/** Takes words to the service manager. Never throws: a manager that is not told does what it does by itself. */
export interface NotifyChannel {
  /** @param fields of one datagram, `READY=1` each, without tabs or newlines; see sd_notify(3) */
  send(fields: readonly string[]): void
  /** Resolves once what was sent is gone, or cannot go. */
  close(): Promise<void>
}

// Three folders up from both src/ops/service/ and dist/ops/service/.
const SCRIPT = fileURLToPath(new URL('../../../systemd/affectd-notify.pl', import.meta.url))
const PERL = '/usr/bin/perl'
const CLOSE_LIMIT_MS = 2000

/**
 * Through one process for as long as the service runs: Node has no datagram sockets of AF_UNIX, which sd_notify needs.
 * It is not this service's main process, so the unit says NotifyAccess=all. Started anew where it has died.
 *
 * @param socket systemd's $NOTIFY_SOCKET
 */
export function openNotifyChannel(socket: string, log: Logger): NotifyChannel {
  let child: ChildProcessWithoutNullStreams | undefined
  let hasWarned = false
  const warn = (reason: string): void => {
    if (!hasWarned) log.warn({ code: 'SERVICE_NOTIFY', reason }, 'systemd cannot be told how we are')
    hasWarned = true
  }
  const start = (): ChildProcessWithoutNullStreams => {
    const started = spawn(PERL, [SCRIPT], { env: { NOTIFY_SOCKET: socket }, stdio: 'pipe' })
    const forget = (): void => {
      if (child === started) child = undefined
    }
    started.on('error', (error) => {
      forget()
      warn(error.message)
    })
    started.on('exit', forget)
    // Written to after it has died: the next word starts it anew.
    started.stdin.on('error', forget)
    started.stdout.resume()
    started.stderr.setEncoding('utf8').on('data', (text: string) => warn(text.trim()))
    // It lives as long as we do, and we do not live for it.
    started.unref()
    for (const pipe of [started.stdin, started.stdout, started.stderr]) {
      ;(pipe as unknown as { unref(): void }).unref()
    }
    return started
  }
  return {
    send(fields) {
      child ??= start()
      child.stdin.write(`${fields.map((field) => field.replaceAll(/[\t\n]/g, ' ')).join('\t')}\n`)
    },
    close() {
      const last = child
      if (last === undefined) return Promise.resolve()
      return new Promise((resolve) => {
        const limit = setTimeout(resolve, CLOSE_LIMIT_MS)
        const end = (): void => {
          clearTimeout(limit)
          resolve()
        }
        last.once('exit', end).once('error', end)
        last.stdin.end()
      })
    },
  }
}
