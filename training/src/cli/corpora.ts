import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../../src/errors.js'
import { classesSvg } from '../corpora/classes-svg.js'
import { corpusStats } from '../corpora/corpus-stats.js'
import { findDuplicates, type Heard } from '../corpora/duplicates.js'
import { hearClips } from '../corpora/hear-clips.js'
import { corpusAt, CORPUS_NAMES, isPresent } from '../corpora/load-corpus.js'
import { statsTable, type CorpusReport } from '../corpora/stats-table.js'
import { loadProtocol } from '../protocols/load-protocol.js'
import { PROTOCOLS } from '../protocols/protocol-by-name.js'
import type { Protocol } from '../protocols/protocol.js'
import { protocolReport, protocolsTable, type ProtocolReport } from '../protocols/protocols-table.js'
import { corporaRoot, progressLine, runCommand } from './command.js'

const HELP = `
What the corpora hold, and how the protocols part them.

  npm run corpora -- list        the known corpora, and which are here
  npm run corpora -- stats       clips, hours, classes, speakers, and recordings that are there twice
  npm run corpora -- protocols   the protocols, with their folds

  --corpora DIR    folder of the decoded corpora (default: $CORPORA_DIR)
  --corpus NAME    stats of this corpus, or manifest (FILE.csv), alone; may be given several times (default: all)
  --out DIR        also write it there: Markdown, JSON, and for stats a picture (SVG)
  --json           print JSON
`

const options = {
  corpora: { type: 'string' },
  corpus: { type: 'string', multiple: true },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** What a command found: for people, for programs, and pictures by file name. */
interface Found {
  readonly markdown: string
  readonly json: unknown
  readonly pictures: Readonly<Record<string, string>>
}

const COMMANDS: Readonly<Record<string, (root: string, corpora: readonly string[]) => Promise<Found>>> = {
  list,
  stats,
  protocols,
}

await runCommand(
  HELP,
  options,
  async (values, positionals) => {
    const [name = '', ...rest] = positionals
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command || rest.length > 0) {
      throw new UsageError(
        'USAGE_ARGUMENTS',
        `'${positionals.join(' ')}' is no command; choose ${Object.keys(COMMANDS).join(', ')}`,
      )
    }
    const found = await command(corporaRoot(values.corpora), values.corpus ?? CORPUS_NAMES)
    const json = `${JSON.stringify(found.json, null, 2)}\n`
    process.stdout.write(values.json ? json : found.markdown)
    if (!values.out) return
    mkdirSync(values.out, { recursive: true })
    const origin = `Written by \`npm run corpora -- ${name}\` on ${new Date().toISOString().slice(0, 10)}.`
    writeFileSync(join(values.out, `${name}.md`), `${found.markdown}\n${origin}\n`)
    writeFileSync(join(values.out, `${name}.json`), json)
    for (const [file, picture] of Object.entries(found.pictures))
      writeFileSync(join(values.out, file), picture)
  },
  true,
)

async function list(root: string, names: readonly string[]): Promise<Found> {
  const rows = names.map((name) => ({ ...corpusAt(root, name), present: isPresent(root, name) }))
  const lines = rows.map(
    ({ name, title, present, licence, source }) =>
      `${name.padEnd(8)} ${present ? 'here  ' : 'absent'} ${title}; ${licence}; ${source}\n`,
  )
  return { markdown: lines.join(''), json: rows, pictures: {} }
}

async function stats(root: string, names: readonly string[]): Promise<Found> {
  const everything: Heard[] = []
  const reports: CorpusReport[] = []
  for (const name of names) {
    const corpus = corpusAt(root, name)
    if (!isPresent(root, name)) {
      reports.push({ corpus, stats: null })
      continue
    }
    const heard = await hearClips(corpus.load(), (done, total) => progressLine(`${name} ${done}/${total}`))
    reports.push({
      corpus,
      stats: corpusStats(heard.filter(({ clip }) => !corpus.leftOut.includes(clip.name))),
    })
    for (const clip of heard) everything.push(clip)
  }
  progressLine('')
  const duplicates = findDuplicates(everything)
  return {
    markdown: statsTable(reports, duplicates),
    json: {
      corpora: reports.map(({ corpus, stats }) => ({ ...corpus, present: stats !== null, ...stats })),
      duplicates: duplicates.map((clips) => clips.map(({ corpus, name }) => `${corpus}/${name}`)),
    },
    pictures: { 'classes.svg': classesSvg(reports) },
  }
}

async function protocols(root: string): Promise<Found> {
  const reports = PROTOCOLS.map((protocol) => reportOf(protocol, root))
  return { markdown: protocolsTable(reports), json: reports, pictures: {} }
}

/** An absent corpus is named, not an error: not everybody has all of them. */
function reportOf(protocol: Protocol, root: string): ProtocolReport {
  const absent = protocol.corpora.filter((corpus) => !isPresent(root, corpus))
  if (absent.length > 0) {
    return protocolReport(
      protocol,
      null,
      absent.map((corpus) => `${protocol.name}: ${corpus} is absent`),
    )
  }
  const { clips, warnings } = loadProtocol(root, protocol.name)
  return protocolReport(protocol, clips, warnings)
}
