import { spawnSync } from 'node:child_process'
import { findProgram } from '../../../test/support/require-part.js'
import { findFaketime } from './faked-time.js'
import { FAULT_KINDS, type FaultKind } from './round-plan.js'
import { canFailDisks } from './state-disk.js'

/** Root in a container may be less than root. */
const isRoot = (): boolean => spawnSync('unshare', ['--net', '--mount', 'true']).status === 0
const has = (...programs: readonly string[]): boolean =>
  programs.every((name) => findProgram(name) !== undefined)

/** What a kind needs of the machine, in words, and whether it is there. The others need nothing but mosquitto. */
const NEEDS: Readonly<Partial<Record<FaultKind, readonly [what: string, isThere: () => boolean]>>> = {
  network_cut: [
    'network namespaces (root; ip, iptables, nsenter)',
    () => isRoot() && has('ip', 'iptables', 'nsenter'),
  ],
  disk_full: ['mounts of tmpfs (root; mount)', () => isRoot() && has('mount')],
  disk_read_only: ['loop devices and ext4 (root; mkfs.ext4, fsck.ext4)', () => isRoot() && canFailDisks()],
  clock_jump: ['libfaketime', () => findFaketime() !== undefined],
}

/** What is missing here for a kind of fault; undefined: nothing. */
export function missingFor(kind: FaultKind): string | undefined {
  const need = NEEDS[kind]
  return need === undefined || need[1]() ? undefined : need[0]
}

export function availableKinds(): FaultKind[] {
  return FAULT_KINDS.filter((kind) => missingFor(kind) === undefined)
}
