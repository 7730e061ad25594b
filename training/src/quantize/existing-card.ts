import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The card is written by hand: making the artefact again keeps it. */
export function existingCard(artefact: string): { modelCard?: string } {
  const path = join(artefact, 'MODEL_CARD.md')
  return existsSync(path) ? { modelCard: readFileSync(path, 'utf8') } : {}
}
