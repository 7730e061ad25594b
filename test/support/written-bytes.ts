/** Calls by which a process writes to files, pipes, terminals and sockets, and the one that tells who is who. */
export const WRITING_CALLS = 'execve,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg'

/** pid, call and descriptor; a call that another thread interrupts holds its bytes, its end does not. */
const CALL = /^(\d+) +(\w+)\((\d+), (.*)$/
const STARTED = /^(\d+) +execve\(/
const STDOUT = 1
const BYTES = /"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g

/**
 * What a process and its children wrote, by descriptor, in the order in which it was written.
 *
 * @param trace of `strace -f -xx -e trace=WRITING_CALLS`
 * @returns without what a program that the first one started, such as arecord, wrote to its stdout: by that pipe audio
 *          comes. By descriptor; one that was closed and opened again is one stream
 */
export function writtenBytes(trace: string): Map<number, Buffer> {
  const pieces = new Map<number, Buffer[]>()
  const programs = new Set<string>()
  let first: string | undefined
  for (const line of trace.split('\n')) {
    const [, started] = STARTED.exec(line) ?? []
    if (started !== undefined) programs.add((first ??= started) === started ? '' : started)
    const [, pid = '', , fd, args] = CALL.exec(line) ?? []
    if (fd === undefined || args === undefined) continue
    if (programs.has(pid) && Number(fd) === STDOUT) continue
    const written = pieces.get(Number(fd)) ?? []
    pieces.set(Number(fd), written)
    for (const [, hex = '', isCut] of args.matchAll(BYTES)) {
      if (isCut !== undefined) throw new Error('strace cut what was written: raise -s')
      written.push(Buffer.from(hex.replaceAll('\\x', ''), 'hex'))
    }
  }
  return new Map([...pieces].map(([fd, written]) => [fd, Buffer.concat(written)]))
}
