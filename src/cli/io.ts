/** What a command may say and see of the world around it. Tests pass their own. */
export interface CommandIo {
  /** Writes to stdout: only what was asked for. */
  out(text: string): void
  /** Writes to stderr: errors, progress, logs. */
  err(text: string): void
  /** True if stdout is a terminal: colours and redrawing are welcome. */
  readonly isTty: boolean
  /** True if stderr is one: progress may be shown. Default: false. */
  readonly errIsTty?: boolean
  readonly env: NodeJS.ProcessEnv
}
