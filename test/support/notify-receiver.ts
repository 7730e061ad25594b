import { spawn } from 'node:child_process'
import { once } from 'node:events'

// Node cannot hear such sockets either.
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace('@', chr(0), 1))
print('bound', flush=True)
for _ in range(int(sys.argv[2])):
    print(repr(s.recv(4096).decode()), flush=True)
`

/** Stands for systemd: takes so many datagrams of sd_notify at the address. */
export async function receiveNotifications(address: string, count: number) {
  const receiver = spawn('python3', ['-c', RECEIVER, address, String(count)])
  let text = ''
  receiver.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  while (!text.includes('bound')) await once(receiver.stdout, 'data')
  return {
    async datagrams(): Promise<string[]> {
      if (receiver.exitCode === null) await once(receiver, 'close')
      return text.trim().split('\n').slice(1)
    },
  }
}
