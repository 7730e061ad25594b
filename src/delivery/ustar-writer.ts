import { checksum } from './ustar-reader.js'

const BLOCK_BYTES = 512
const MODE = '0000644\0'
const NOBODY = '0000000\0'
const NO_TIME = '00000000000\0'

/**
 * A ustar archive of regular files, in the order given; the same files give the same bytes.
 *
 * @param files by flat name, at most 100 ASCII characters
 */
export function writeUstar(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [name, content] of files) {
    parts.push(headerOf(name, content.length), content, padding(content.length))
  }
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK_BYTES)])
}

function headerOf(name: string, size: number): Uint8Array {
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(name, 0, 100, 'latin1')
  header.write(MODE + NOBODY + NOBODY, 100, 'latin1')
  header.write(`${size.toString(8).padStart(11, '0')}\0${NO_TIME}`, 124, 'latin1')
  header.write('0', 156, 'latin1')
  header.write('ustar\u000000', 257, 'latin1')
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

function padding(length: number): Uint8Array {
  return new Uint8Array((BLOCK_BYTES - (length % BLOCK_BYTES)) % BLOCK_BYTES)
}
