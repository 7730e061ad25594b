import { readdirSync, readFileSync } from 'node:fs'

const FOLDER = new URL('../publish/corpus/', import.meta.url)

/** Payloads that have broken parsers elsewhere; a file each. None of them is a revision that may be taken. */
export const hostileCorpus: readonly Uint8Array[] = readdirSync(FOLDER).map((name) =>
  readFileSync(new URL(name, FOLDER)),
)
