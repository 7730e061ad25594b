import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import prettier from 'prettier'

/**
 * Written as the format check wants it, so that a result is committed as it is.
 *
 * @param name without an ending, see `resultName`
 */
export async function writeResult(
  folder: string,
  name: string,
  result: unknown,
  markdown: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const base = join(folder, name)
  const options = await prettier.resolveConfig(`${base}.md`)
  writeFileSync(`${base}.json`, await prettier.format(JSON.stringify(result), { ...options, parser: 'json' }))
  writeFileSync(`${base}.md`, await prettier.format(markdown, { ...options, parser: 'markdown' }))
  process.stdout.write(`written: ${base}.json and .md\n`)
}
