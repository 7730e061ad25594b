import { cpus } from 'node:os'
import type { BenchInput } from '../input.js'
import { fixed, times, type Effort, type Section } from '../section.js'
import { AgentBench } from './agent.js'

/** One agent process for each stream, all at full speed at once: 1, 2, 4 … until more of them add nothing. */
export async function benchStreams({ speech }: BenchInput, effort: Effort): Promise<Section> {
  const bench = await AgentBench.open()
  try {
    const seconds = effort.fastAudioS / 4
    const recording = bench.recording('stream', speech, seconds)
    const rows: string[][] = []
    const figures: Record<string, number> = {}
    let best = 0
    for (let streams = 1; streams <= 4 * cpus().length; streams *= 2) {
      const { realTime, cpuMs, rssMb } = await together(bench, recording, seconds, streams)
      figures[`realTime${streams}`] = realTime
      figures[`cpuPerSecondMs${streams}`] = cpuMs
      rows.push([
        String(streams),
        fixed(realTime, 0),
        times(realTime / (figures['realTime1'] as number)),
        `${fixed(cpuMs)} ms`,
        `${fixed(rssMb, 0)} MB`,
      ])
      if (realTime < 1.1 * best) break
      best = Math.max(best, realTime)
    }
    return {
      id: 'streams',
      title: 'Streams',
      notes: [
        `${fixed(seconds / 60, 0)} min of speech for each stream, at full speed: a machine is full when more streams add nothing to what all of them do together. CPU with start and warm-up.`,
      ],
      head: [
        'streams',
        '× real time, all together',
        'against one',
        'CPU a second of speech',
        'memory, all together',
      ],
      rows,
      figures,
    }
  } finally {
    await bench.close()
  }
}

async function together(
  bench: AgentBench,
  recording: string,
  seconds: number,
  streams: number,
): Promise<{ realTime: number; cpuMs: number; rssMb: number }> {
  const started = performance.now()
  const agents = Array.from({ length: streams }, () => bench.start(recording, 'pace=fast'))
  const last = new Map<number, { cpuMs: number; rssMb: number }>()
  const watch = setInterval(() => {
    agents.forEach((agent, n) => {
      try {
        if (agent.child.exitCode === null) last.set(n, agent.usage())
      } catch {
        // It ended meanwhile: what was read last stands.
      }
    })
  }, 50)
  await Promise.all(agents.map((agent) => agent.done()))
  clearInterval(watch)
  const tookMs = performance.now() - started
  const sum = (of: (usage: { cpuMs: number; rssMb: number }) => number): number =>
    [...last.values()].reduce((total, usage) => total + of(usage), 0)
  return {
    realTime: (1000 * seconds * streams) / tookMs,
    cpuMs: sum(({ cpuMs }) => cpuMs) / (seconds * streams),
    rssMb: sum(({ rssMb }) => rssMb),
  }
}
