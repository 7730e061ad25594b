import type { Config } from './config/config.js'
import type { Vitals } from './config/remote/trial.js'

/** The agent that runs now, as remote configuration sees it. */
export interface ConfiguredAgent {
  readonly vitals: () => Vitals
  /** Takes up keys that need no restart. */
  readonly reconfigure: (config: Config) => void
  /** Asks for an agent to be built anew, from what `loaded` says then. */
  readonly restart: () => void
}
