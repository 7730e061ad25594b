/** Where a value came from; later kinds win over earlier ones. */
export const ORIGIN_KINDS = ['default', 'packaged', 'file', 'remote', 'environment', 'set'] as const

export interface Origin {
  readonly kind: (typeof ORIGIN_KINDS)[number]
  /** As a person would find it: a path, a variable's name, `--set`. */
  readonly name: string
}

export const DEFAULT_ORIGIN: Origin = { kind: 'default', name: 'default' }
