// Which payloads are compressed, and over which links.

import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import { KIND_NAMES, type Kind } from '../../../../testbed/data-peers/compressible/payloads.ts'

export interface PayloadCell {
  readonly kind: Kind
  readonly bytes: number
}

const SIZES: Readonly<Record<ProfileName, readonly number[]>> = {
  quick: [64, 65_536],
  standard: [64, 1_024, 16_384, 131_072, 1_048_576],
  full: [64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576],
}

export const payloadCells = ({ name }: Pick<Profile, 'name'>): readonly PayloadCell[] =>
  SIZES[name].flatMap((bytes) => KIND_NAMES.map((kind) => ({ kind, bytes })))

export const payloadId = ({ kind, bytes }: PayloadCell): string => `compression.${kind}.${bytes}-bytes`

export interface LinkCell extends PayloadCell {
  readonly mbitPerSecond: number
}

export const LINK_RTT_MS = 1
export const LINK_BYTES = 65_536

const LINK_KINDS: Readonly<Record<ProfileName, readonly Kind[]>> = {
  quick: ['text'],
  standard: ['text', 'numbers', 'random'],
  full: KIND_NAMES,
}
const LINK_RATES = [10, 100]

export const linkCells = ({ name }: Pick<Profile, 'name'>): readonly LinkCell[] =>
  LINK_KINDS[name].flatMap((kind) =>
    LINK_RATES.map((mbitPerSecond) => ({ kind, bytes: LINK_BYTES, mbitPerSecond })),
  )

export const linkId = ({ kind, mbitPerSecond }: LinkCell): string =>
  `compression.link.${kind}.${mbitPerSecond}-mbit`

/** Of one encoding, in each of `PASSES`: both take turns, so that what disturbs the machine disturbs both. */
export const PASSES = 2
export function blockSeconds({ name }: Pick<Profile, 'name'>): number {
  if (name === 'quick') return 0.04
  return name === 'standard' ? 0.1 : 2
}
