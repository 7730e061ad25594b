// node:zlib has crc32 only from Node 20.15 on.
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  }
  return remainder
})

/** CRC-32 as PNG, gzip and Ethernet use it (ISO 3309), unsigned. */
export function crc32(data: Uint8Array): number {
  let remainder = 0xffffffff
  for (const byte of data) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ byte) & 0xff]
  return (remainder ^ 0xffffffff) >>> 0
}
