import { AlertBoard } from '../affect/alerts/alert-board.js'
import type { AlertChange, AlertRule } from '../affect/alerts/alert-rule.js'
import type { Judgement } from '../affect/judgement.js'
import { createFileSource } from '../capture/file-source.js'
import { InputError, UsageError } from '../errors.js'
import { alertEvent, type AlertEvent } from '../publish/alert-event.js'
import { emotionEvent, type EmotionEvent, type StreamContext } from '../publish/emotion-event.js'
import type { EventStamp } from '../publish/event-sequence.js'
import { samplesToMs } from '../units.js'
import { AlertTimeline } from './alert-timeline.js'
import { analyzeFile } from './analyze-file.js'
import {
  createJsonOutput,
  createTableOutput,
  type AnalysisOutput,
  type FileAnalysis,
} from './analysis-output.js'
import { createAnalysisStamps } from './analysis-stamps.js'
import { startMs } from './build-agent.js'
import { checkSettings } from './check-settings.js'
import { checkedRules } from './checked-rules.js'
import type { CommandIo } from './io.js'
import { loadJudge, type Judge } from './judge.js'
import { loadSettings, SETTING_OPTIONS, SETTINGS_HELP } from './load-settings.js'
import { parseOptions } from './parse-options.js'
import { Progress } from './progress.js'
import { createReportOutput } from './report-output.js'
import { AudioPainter } from './report/audio-picture.js'
import { reportError } from './report-error.js'
import { packageVersion } from './version.js'

export const ANALYZE_HELP = `Usage: affectd analyze FILE… [--json | --html OUT] [--model DIR] [--warm]

Judges WAV files, each on its own and cold, and prints a table of decisions and the alerts that they raise by the
configured rules. A file with too little speech gets one line that abstains. Times count from 1970-01-01T00:00:00.000Z unless capture.start_time says otherwise, so the same
files give the same output.

  --json       one event a line, decisions and alerts as over MQTT, with the path as given in "file"
  --html OUT   a report with waveform, spectrogram and emotion over time; needs nothing from the network
  --model DIR  another model than the configured one
  --warm       each file goes on where the one before left off: what was learnt of background and voice is kept

${SETTINGS_HELP}`

/**
 * `affectd analyze …`
 *
 * A file that cannot be judged costs one line on stderr; the others are judged all the same.
 *
 * @returns 66 if a file could not be judged
 * @throws {UsageError} USAGE_ARGUMENTS, USAGE_OUTPUT
 * @throws {ConfigError} {ModelError}
 */
export async function analyzeCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals: paths } = parseOptions('analyze', args, {
    ...SETTING_OPTIONS,
    json: { type: 'boolean' },
    html: { type: 'string' },
    model: { type: 'string' },
    warm: { type: 'boolean' },
  })
  if (values.help === true) {
    io.out(ANALYZE_HELP)
    return 0
  }
  if (paths.length === 0)
    throw new UsageError('USAGE_ARGUMENTS', 'affectd analyze takes a WAV file; see --help')
  if (values.json === true && values.html !== undefined) {
    throw new UsageError('USAGE_ARGUMENTS', 'affectd analyze takes --json or --html, not both')
  }
  const loaded = loadSettings(
    values,
    io,
    values.model === undefined ? [] : [`classify.model=${values.model}`],
  )
  checkSettings(loaded)
  const { config } = loaded
  const judge = await loadJudge(config)
  const rules = checkedRules(loaded, judge.classifier.labels)
  const output = createOutput(values, paths, judge, io)
  const analysis = new Analysis(
    judge,
    rules,
    {
      deviceId: config.device.id,
      model: judge.classifier.model,
      streamStartMs: startMs(config.capture.start_time) ?? 0,
    },
    values.warm === true,
    values.html !== undefined,
  )
  return analyzeAll(paths, analysis, output, io)
}

async function analyzeAll(
  paths: readonly string[],
  analysis: Analysis,
  output: AnalysisOutput,
  io: CommandIo,
): Promise<number> {
  const progress = new Progress(io.err, io.errIsTty ?? false)
  let exitCode = 0
  try {
    for (const [index, path] of paths.entries()) {
      try {
        const result = await analysis.of(path, (samples) => progress.at(index + 1, paths.length, samples))
        progress.clear()
        output.add(result)
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        progress.clear()
        const report = reportError(error, false)
        io.err(report.text)
        exitCode = report.exitCode
      }
    }
    output.end()
  } catch (error) {
    progress.clear()
    output.abandon()
    throw error
  }
  return exitCode
}

function createOutput(
  values: { readonly json?: boolean | undefined; readonly html?: string | undefined },
  paths: readonly string[],
  { classifier: { model, labels } }: Judge,
  io: CommandIo,
): AnalysisOutput {
  if (values.json === true) return createJsonOutput(io.out)
  if (values.html === undefined) return createTableOutput(io.out)
  return createReportOutput(values.html, paths, { version: packageVersion(), model, labels })
}

/** Judges one file after the other; cold each, or all as one stream. */
class Analysis {
  #pipeline
  #heardSamples = 0
  #eventMs = 0
  readonly #nextStamp

  constructor(
    private readonly judge: Judge,
    private readonly rules: readonly AlertRule[],
    private readonly context: StreamContext,
    private readonly isWarm: boolean,
    private readonly isPainted: boolean,
  ) {
    this.#pipeline = judge.createPipeline(isWarm ? { voice: judge.createVoice() } : {})
    this.#nextStamp = createAnalysisStamps(context.model, () => this.#eventMs)
  }

  async of(path: string, onProgress: (samples: number) => void): Promise<FileAnalysis> {
    if (!this.isWarm) {
      this.#pipeline = this.judge.createPipeline()
      this.#heardSamples = 0
    }
    const painter = this.isPainted ? new AudioPainter() : undefined
    let heard = 0
    try {
      const source = createFileSource({ path, pace: 'fast', loop: false })
      const { judgements, durationSamples } = await analyzeFile(
        source,
        this.#pipeline,
        this.#heardSamples,
        (samples, startSample) => {
          heard = startSample + samples.length
          painter?.push(samples)
          onProgress(heard)
        },
      )
      return { path, durationSamples, ...this.#told(judgements, durationSamples), painter }
    } finally {
      this.#heardSamples += heard
    }
  }

  /** What is said of one recording. Its alerts begin and end with it. */
  #told(
    judgements: readonly Judgement[],
    durationSamples: number,
  ): Pick<FileAnalysis, 'decisions' | 'alerts' | 'events'> {
    const board = new AlertBoard(this.rules)
    const timeline = new AlertTimeline()
    const events: (EmotionEvent | AlertEvent)[] = []
    const tell = (changes: readonly AlertChange[]): void => {
      for (const change of changes) {
        timeline.add(change)
        events.push(alertEvent(change, this.#stampAt(change.atSample), this.context.streamStartMs))
      }
    }
    const decisions = judgements.map((judgement) => {
      const endSample = judgement.startSample + judgement.durationSamples
      // What has ended meanwhile comes first, as it does where time passes.
      tell(board.pass(judgement.startSample))
      const event = emotionEvent(judgement, this.#stampAt(endSample), this.context)
      events.push(event)
      tell(board.hear(judgement))
      return { startS: seconds(judgement.startSample), endS: seconds(endSample), event }
    })
    tell(board.pass(durationSamples))
    tell(board.cutAll(durationSamples, 'stream_ended'))
    return { decisions, alerts: timeline.alerts, events }
  }

  #stampAt(sample: number): EventStamp {
    this.#eventMs = this.context.streamStartMs + samplesToMs(sample)
    return this.#nextStamp()
  }
}

function seconds(sample: number): number {
  return samplesToMs(sample) / 1000
}
