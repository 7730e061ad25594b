import type { ConfigSources } from '../../src/config/load-config.js'
import type { Vitals } from '../../src/config/remote/trial.js'
import { StateFile } from '../../src/ops/state-file.js'
import { RemoteConfig, type RemoteConfigOptions } from '../../src/remote-config.js'
import { RemoteStore } from '../../src/remote-store.js'
import { FakeClock } from './fake-clock.js'
import { recordingLogger } from './recording-logger.js'

/** Remote configuration on a folder, with an agent of which only what it is told is real. */
export class RemoteRig {
  readonly clock = new FakeClock()
  readonly log = recordingLogger()
  readonly did: string[] = []
  reports = 0
  vitals: (remote: RemoteConfig) => Vitals = () => ({ capture: true, broker: true })
  remote!: RemoteConfig

  constructor(
    readonly folder: string,
    private readonly part: Partial<RemoteConfigOptions> & { group?: string; machineBoot?: string } = {},
  ) {
    this.start()
  }

  /** The process begins, again. */
  start(machineBoot = this.part.machineBoot ?? 'boot-1'): this {
    const { group = '', ...part } = this.part
    const local: ConfigSources = {
      env: {},
      set: ['device.id=d', `device.group=${group}`, 'device.trial_s=20', `device.state_dir=${this.folder}`],
    }
    const { clock, log } = this
    const file = new StateFile(this.folder, 'remote-config.json')
    const store = new RemoteStore({ group, file, log, machineBoot })
    this.remote = new RemoteConfig({
      local,
      store,
      check: () => Promise.resolve(),
      key: undefined,
      clock,
      log,
      ...part,
    })
    this.remote.onReport(() => this.reports++)
    this.attach()
    return this
  }

  attach(): void {
    const { remote } = this
    remote.attach(remote.loaded, {
      vitals: () => this.vitals(remote),
      reconfigure: ({ affect }) => this.did.push(`hot ${affect.min_confidence}`),
      // The agent is built anew at once.
      restart: () => {
        this.did.push('restart')
        queueMicrotask(() => this.attach())
      },
    })
  }

  /** A message, dealt with. */
  async send(desired: object | string, scope: 'device' | 'group' = 'device'): Promise<void> {
    this.clock.advance(1000)
    const text = typeof desired === 'string' ? desired : JSON.stringify(desired)
    this.remote.receive(scope, Buffer.from(text))
    await settled()
  }

  async pass(seconds: number): Promise<void> {
    for (let n = 0; n < seconds; n++) {
      this.clock.advance(1000)
      await settled()
    }
  }
}

/** Whatever was under way without waiting for the clock is done. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve))
}
