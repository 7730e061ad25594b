import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './mosquitto.js'
import { findProgram } from './require-part.js'

interface Node {
  readonly mqttPort: number
  readonly monitorPort: number
  readonly conf: string
  process: ChildProcess | undefined
}

/**
 * Three nats-server nodes on loopback that are one MQTT 3.1.1 broker: sessions and messages are kept three times. What a
 * subscriber has not acknowledged after `ack_wait` comes again; NATS's own default is 30 s.
 */
export class NatsCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'affectd-nats-'))
  #nodes: Node[] = []

  /** Resolves when every node says that it is well, JetStream's replicas included. */
  async start(): Promise<void> {
    const program = findProgram('nats-server')
    if (program === undefined) throw new Error('nats-server is not installed')
    const ports = await Promise.all(Array.from({ length: 12 }, freePort))
    const routes = ports.slice(0, 3).map((port) => `nats://127.0.0.1:${port}`)
    this.#nodes = await Promise.all(
      [0, 1, 2].map((n) => {
        const [clusterPort, clientPort, mqttPort, monitorPort] = [0, 3, 6, 9].map((row) => ports[row + n]!)
        const conf = join(this.folder, `node-${n}.conf`)
        writeFileSync(
          conf,
          `server_name: node-${n}
          listen: "127.0.0.1:${clientPort}"
          http: "127.0.0.1:${monitorPort}"
          jetstream { store_dir: "${this.folder}/store-${n}" }
          mqtt { listen: "127.0.0.1:${mqttPort}", stream_replicas: 3, ack_wait: "5s" }
          cluster { name: fleet, listen: "127.0.0.1:${clusterPort}", routes: ${JSON.stringify(routes)} }
          `,
        )
        return { mqttPort: mqttPort!, monitorPort: monitorPort!, conf, process: undefined }
      }),
    )
    for (const node of this.#nodes) this.#spawn(node, program)
    await Promise.all(this.#nodes.map(well))
  }

  /** Addresses of the nodes, in their order. */
  get urls(): readonly string[] {
    return this.#nodes.map(({ mqttPort }) => `mqtt://127.0.0.1:${mqttPort}`)
  }

  /** As a power cut would. */
  async kill(index: number): Promise<void> {
    const node = this.#nodes[index]
    const child = node?.process
    if (node === undefined || child === undefined) return
    node.process = undefined
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** Starts a node that was killed; resolves when it has caught up. */
  async restart(index: number): Promise<void> {
    const node = this.#nodes[index]
    const program = findProgram('nats-server')
    if (node === undefined || program === undefined) throw new Error(`there is no node ${index}`)
    this.#spawn(node, program)
    await well(node)
  }

  async remove(): Promise<void> {
    for (const index of this.#nodes.keys()) await this.kill(index)
    rmSync(this.folder, { recursive: true, force: true })
  }

  #spawn(node: Node, program: string): void {
    node.process = spawn(program, ['-c', node.conf], { stdio: 'ignore' })
  }
}

async function well({ monitorPort }: Node): Promise<void> {
  for (;;) {
    try {
      if ((await fetch(`http://127.0.0.1:${monitorPort}/healthz`)).ok) return
    } catch {
      // It does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
