import type { Clip } from '../corpora/clip.js'
import { corpusByName, isPresent, loadCorpus } from '../corpora/load-corpus.js'
import { protocolByName } from './protocol-by-name.js'
import type { Protocol } from './protocol.js'

export interface LoadedProtocol {
  readonly protocol: Protocol
  /** All clips of its corpora. */
  readonly clips: readonly Clip[]
  /** What a reader of its figures must know: corpora that are absent or incomplete. */
  readonly warnings: readonly string[]
}

/**
 * A protocol with the clips of the corpora that it needs, and of those that it can use.
 *
 * @param root folder that holds the corpora
 * @throws {ConfigError} `TRAINING_UNKNOWN_PROTOCOL`
 * @throws {InputError} `CORPUS_NOT_FOUND` if a corpus that it needs is absent
 */
export function loadProtocol(root: string, name: string): LoadedProtocol {
  const protocol = protocolByName(name)
  const warnings: string[] = []
  const clips: Clip[] = []
  for (const corpus of [...protocol.corpora, ...protocol.optionalCorpora]) {
    if (protocol.optionalCorpora.includes(corpus) && !isPresent(root, corpus)) {
      warnings.push(`${protocol.name}: ${corpus} is absent and not tested on`)
      continue
    }
    const loaded = loadCorpus(root, corpus)
    const { expectedClips } = corpusByName(corpus)
    if (loaded.length !== expectedClips) {
      warnings.push(
        `${protocol.name}: ${corpus} has ${loaded.length} clips of ${expectedClips}; figures do not compare with others'`,
      )
    }
    for (const clip of loaded) clips.push(clip)
  }
  return { protocol, clips, warnings }
}
