/** How a microphone is doing. */
export type Liveness = 'starting' | 'healthy' | 'stalled' | 'recovering' | 'failed'

/**
 * What happened: a frame came; no frame for too long; the capture process ended, or could not be started; a new
 * one is started.
 */
export type LivenessEvent = 'frame' | 'quiet' | 'ended' | 'retry'

/** Attempts without a frame after which a microphone counts as failed. It is tried again all the same. */
export const FAILED_AFTER_ATTEMPTS = 3

/**
 * The next state.
 *
 * | in | frame | quiet | ended | retry |
 * | --- | --- | --- | --- | --- |
 * | starting | healthy | stalled | recovering | starting |
 * | healthy | healthy | stalled | recovering | recovering |
 * | stalled | healthy | stalled | recovering | recovering |
 * | recovering | healthy | recovering | recovering; failed after three attempts | recovering |
 * | failed | healthy | failed | failed | failed |
 *
 * @param attempts that have failed since the last frame, this one among them
 */
export function nextLiveness(state: Liveness, event: LivenessEvent, attempts: number): Liveness {
  if (event === 'frame') return 'healthy'
  switch (state) {
    case 'starting':
      return event === 'quiet' ? 'stalled' : event === 'ended' ? lost(attempts) : 'starting'
    case 'healthy':
    case 'stalled':
      return event === 'quiet' ? 'stalled' : lost(attempts)
    case 'recovering':
      return event === 'ended' ? lost(attempts) : 'recovering'
    case 'failed':
      return 'failed'
  }
}

function lost(attempts: number): Liveness {
  return attempts >= FAILED_AFTER_ATTEMPTS ? 'failed' : 'recovering'
}
