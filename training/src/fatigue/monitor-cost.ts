import { loadJudge } from '../../../src/cli/judge.js'
import { loadConfig } from '../../../src/config/load-config.js'
import { DEFAULT_FATIGUE_PARAMS } from '../../../src/affect/fatigue/fatigue-params.js'
import { FatigueMonitor } from '../../../src/fatigue-monitor.js'
import { FRAME_SAMPLES, SAMPLE_RATE_HZ } from '../../../src/units.js'
import { deviceGates } from '../dataset/device-gates.js'
import { createRandom } from '../random.js'
import { UNMODIFIED } from './dose.js'
import { sessionAudio } from './session-audio.js'
import { loadHalves, type Speaker } from './speaker-material.js'

export interface MonitorCost {
  readonly audioS: number
  /** Processor time a second of audio, ms, on one thread. */
  readonly pipelineMs: number
  readonly monitorMs: number
  readonly ratio: number
}

const AUDIO_S = 180
const LAPS = 3

/** Gate, features and network against the monitor alone, on the same session; the least of three laps each. */
export async function monitorCost(speaker: Speaker, seed: number): Promise<MonitorCost> {
  const { judged } = await loadHalves(speaker, seed)
  const frames: Float32Array[] = []
  for (const piece of sessionAudio(judged, UNMODIFIED, createRandom(seed, 300))) {
    for (let at = 0; at < piece.length; at += FRAME_SAMPLES) frames.push(piece.slice(at, at + FRAME_SAMPLES))
    if (frames.length * FRAME_SAMPLES > AUDIO_S * SAMPLE_RATE_HZ) break
  }
  const audioS = (frames.length * FRAME_SAMPLES) / SAMPLE_RATE_HZ
  const judge = await loadJudge(loadConfig({ env: {} }).config)
  const gate = deviceGates().createGate()
  const segments = frames.flatMap(
    (samples, n) => gate.push({ samples, startSample: n * FRAME_SAMPLES }) ?? [],
  )
  let [pipelineMs, monitorMs] = [Infinity, Infinity]
  for (let lap = 0; lap < LAPS; lap++) {
    const pipeline = judge.createPipeline()
    pipelineMs = Math.min(
      pipelineMs,
      cpuMsOf(() => {
        frames.forEach((samples, n) => void pipeline.push({ samples, startSample: n * FRAME_SAMPLES }))
      }),
    )
    const monitor = new FatigueMonitor(DEFAULT_FATIGUE_PARAMS)
    monitorMs = Math.min(
      monitorMs,
      cpuMsOf(() => {
        for (const segment of segments) monitor.hear(segment, segment.startSample / 16)
      }),
    )
  }
  return {
    audioS,
    pipelineMs: pipelineMs / audioS,
    monitorMs: monitorMs / audioS,
    ratio: monitorMs / pipelineMs,
  }
}

function cpuMsOf(act: () => void): number {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
