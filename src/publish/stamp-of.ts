import type { Message } from './publisher.js'

/** As every event carries it: see `EventStamp`. */
const STAMP = /"boot_id":"([^"]+)","seq":(\d+)/

/** Which event a message is, in the log's words; empty where it carries no stamp. */
export function stampOf({ payload }: Message): { boot_id?: string; seq?: number } {
  const found = STAMP.exec(payload)
  return found === null ? {} : { boot_id: found[1]!, seq: Number(found[2]) }
}
