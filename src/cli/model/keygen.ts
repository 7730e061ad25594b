import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../errors.js'
import type { CommandIo } from '../io.js'
import { parseOptions } from '../parse-options.js'

const PRIVATE_FILE = 'model-key.pem'
const PUBLIC_FILE = 'model-key.pub.pem'

export const KEYGEN_HELP = `Usage: affectd model keygen FOLDER

Makes a pair of Ed25519 keys: ${PRIVATE_FILE}, which signs models and is read by its owner alone, and
${PUBLIC_FILE}, which devices check them by (classify.model_key_file). Never overwrites one.
`

/**
 * `affectd model keygen FOLDER`
 *
 * @throws {UsageError} USAGE_ARGUMENTS, USAGE_OUTPUT
 */
export function keygenCommand(args: readonly string[], io: CommandIo): number {
  const { values, positionals } = parseOptions('model keygen', args, {})
  if (values.help === true) {
    io.out(KEYGEN_HELP)
    return 0
  }
  const [folder, ...rest] = positionals
  if (folder === undefined || rest.length > 0) {
    throw new UsageError('USAGE_ARGUMENTS', 'affectd model keygen takes one folder; see --help')
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const [privatePath, publicPath] = [join(folder, PRIVATE_FILE), join(folder, PUBLIC_FILE)]
  const taken = [privatePath, publicPath].find((path) => existsSync(path))
  if (taken !== undefined) {
    throw new UsageError(
      'USAGE_OUTPUT',
      `${taken} is there already, and keys are not overwritten; name another folder`,
    )
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(privatePath, privateKey, { mode: 0o600, flag: 'wx' })
    writeFileSync(publicPath, publicKey, { mode: 0o644, flag: 'wx' })
  } catch (cause) {
    const { code = 'unwritable' } = cause as NodeJS.ErrnoException
    throw new UsageError('USAGE_OUTPUT', `${folder} cannot be written (${code}); name another folder`, {
      cause,
    })
  }
  io.out(
    `${privatePath}: keep it off the devices, and safe; what was signed with it runs on every one of them\n` +
      `${publicPath}: copy it to the devices, and name it in classify.model_key_file\n`,
  )
  return 0
}
