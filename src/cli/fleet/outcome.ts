import { AffectdError } from '../../errors.js'
import type { ReportedError } from './reported.js'

/** What became of one device. */
export type Outcome =
  /** It did what was asked. */
  | { readonly kind: 'applied' | 'confirmed' | 'rolled back'; readonly revision: number | null }
  /** It already is as asked; nothing was sent. */
  | { readonly kind: 'unchanged'; readonly revision: number }
  /** Sent and not waited for: it may still happen. */
  | { readonly kind: 'sent'; readonly revision: number | null; readonly why: string }
  | { readonly kind: 'failed'; readonly revision: number | null; readonly error: ReportedError }
  /** Nothing was sent. */
  | { readonly kind: 'skipped'; readonly revision: null; readonly why: string }

export function failed(revision: number | null, error: unknown): Outcome {
  if (!(error instanceof AffectdError)) throw error
  return { kind: 'failed', revision, error: { code: error.code, message: error.message } }
}

/** In words, without the device's name. Texts in it may be a stranger's. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'applied':
    case 'confirmed':
    case 'rolled back':
    case 'unchanged':
      return ''
    case 'sent':
    case 'skipped':
      return outcome.why
    case 'failed':
      return `${outcome.error.code}: ${outcome.error.message}`
  }
}
