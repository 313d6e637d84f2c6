// Which ways are loaded, with which messages, and at which shares of their capacity.

import type { Profile, ProfileName } from '../../../../harness/profile.ts'
import type { Window } from '../windows.ts'

export const SUBJECTS = {
  direct: { title: 'One server process' },
  envoy: { title: 'Through an Envoy' },
  cluster: { title: 'Two server processes' },
} as const

export type SubjectName = keyof typeof SUBJECTS
export const SUBJECT_NAMES = Object.keys(SUBJECTS) as readonly SubjectName[]

/** The same both ways. */
export const BODIES = {
  small: { title: 'empty messages', bytes: 0 },
  '1-KiB': { title: '1 KiB both ways', bytes: 1_024 },
  '64-KiB': { title: '64 KiB both ways', bytes: 65_536 },
} as const

export type BodyName = keyof typeof BODIES

/** As many for all ways: one connection would reach one process of two. */
export const CONNECTIONS = 4
/** Calls at a time of the closed loop that finds the capacity. */
export const CONCURRENCY = 32
/** Calls at a time that a load generator allows which waits for answers. */
export const WORKERS = 16

export interface Curve {
  readonly subject: SubjectName
  readonly body: BodyName
}

export interface CurveCell extends Curve {
  /** Of the capacity, in percent. */
  readonly share: number
}

const of = (subject: SubjectName, body: BodyName): Curve => ({ subject, body })
const SMALL = SUBJECT_NAMES.map((subject) => of(subject, 'small'))
const LARGER = [of('direct', '1-KiB'), of('direct', '64-KiB')]

export const CURVES: Readonly<Record<ProfileName, readonly Curve[]>> = {
  quick: SMALL,
  standard: [...SMALL, ...LARGER],
  full: SUBJECT_NAMES.flatMap((subject) =>
    (Object.keys(BODIES) as BodyName[]).map((body) => of(subject, body)),
  ),
}

export const SHARES: Readonly<Record<ProfileName, readonly number[]>> = {
  quick: [25, 60, 90, 110],
  standard: [25, 50, 65, 80, 90, 110],
  full: [10, 25, 40, 50, 60, 70, 80, 90, 100, 110, 120],
}

export const curveId = ({ subject, body }: Curve): string => `curves.${body}.${subject}`
export const closedId = (curve: Curve): string => `${curveId(curve)}.closed-loop`
export const openId = (cell: CurveCell): string => `${curveId(cell)}.${cell.share}-percent`

/** A load above the capacity, by a load generator with a worker for each call. */
export const OMISSION: CurveCell = { subject: 'direct', body: 'small', share: 110 }
export const OMISSION_ID = `curves.omission.${WORKERS}-workers`

/** The ways next to each other, so that what disturbs the machine disturbs all of them. */
export const cellsOf = ({ name }: Profile): readonly CurveCell[] =>
  SHARES[name].flatMap((share) => CURVES[name].map((curve) => ({ ...curve, share })))

/** Enough to take the median of: the matrix is large. */
export const roundsOf = ({ name, rounds }: Profile): number => (name === 'standard' ? 3 : rounds)

/** Seconds before the closed loop: what it finds is the capacity for all that follow, so nothing may be cold. */
export const CAPACITY_WARM_UP: Readonly<Record<ProfileName, number>> = { quick: 0.5, standard: 2, full: 10 }

/** Short ones: a window past the capacity only makes a longer queue. */
export function curveWindowOf({ name, warmUpSeconds, windowSeconds }: Profile): Window {
  if (name === 'quick') return { warmUpSeconds: 0.1, seconds: 0.3 }
  return name === 'standard'
    ? { warmUpSeconds: 0.15, seconds: 0.6 }
    : { warmUpSeconds, seconds: windowSeconds }
}
