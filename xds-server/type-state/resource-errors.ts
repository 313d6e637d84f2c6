// The errors that go with a push: why a client does not get some names. Each is sent once, until another one or the resource is.
// https://github.com/cncf/xds/blob/main/proposals/TP3-xds-error-propagation.md

import {
  type ErrorDetail,
  type ErrorsByName,
  type Explain,
  isSameError,
  NO_ERRORS,
} from '../snapshot/resource-error.ts'
import { VIRTUAL_HOST } from '../snapshot/resource-type.ts'
import { errorsIn, type Snapshot, typeIn } from '../snapshot/snapshot.ts'
import type { TypeSnapshot } from '../snapshot/type-snapshot.ts'
import { isServedByDomain } from '../snapshot/virtual-host-domains.ts'
import { isCollection } from '../snapshot/xdstp-name.ts'
import { type Held, isNothing } from './held.ts'
import { isSubscribed, type Subscription } from './subscription.ts'
import { heldIn } from './view.ts'

/** What a client remembers. A name that is missing without an error in the snapshot needs no entry. */
export interface SentErrors {
  /** The errors of the snapshot that the client was brought to. */
  readonly given: ErrorsByName
  /** Those of them that it was sent. */
  readonly byName: ErrorsByName
}

export const NOTHING_SENT: SentErrors = { given: NO_ERRORS, byName: NO_ERRORS }

/** The error of one name in a response. */
export interface NamedError extends ErrorDetail {
  readonly name: string
}

export interface ErrorPlan {
  readonly errors: readonly NamedError[]
  readonly sentErrors: SentErrors
  /** The error of another name that a response removes: a full-state one leaves out more than is planned. */
  readonly errorOf?: (name: string) => NamedError | undefined
}

interface Client {
  readonly type: { readonly typeUrl: string }
  readonly subscription: Subscription
  readonly sentErrors: SentErrors
}

/** What the client has after the push. */
interface Outcome {
  readonly target: TypeSnapshot
  readonly overrides: ReadonlyMap<string, Held>
  readonly removed: readonly string[]
}

const NONE: readonly NamedError[] = []

/** Bytes of errors in one response. Its resources leave that much of the 4 MiB that gRPC clients read. */
const MAX_ERROR_BYTES = 512 * 1024

/** The most that a UTF-16 unit takes in UTF-8. */
const BYTES_PER_CHARACTER = 3

/** The errors that go with a plan, and what the client still remembers of earlier ones: `withSent` adds what the responses have. A client that reads no errors has no `explain`. */
export function planErrors(
  { type: { typeUrl }, subscription, sentErrors }: Client,
  { target, overrides, removed }: Outcome,
  { latest, explain }: { readonly latest: Snapshot; readonly explain?: Explain | undefined },
): ErrorPlan {
  if (explain === undefined) return { errors: NONE, sentErrors }
  const given = errorsIn(latest, typeUrl)
  const isSameGiven = given === sentErrors.given
  const { resources } = typeIn(latest, typeUrl)
  const errorOf = (name: string): NamedError | undefined => {
    // A virtual host of another name may serve what a client asks for: the name is its alias then, and nothing is missing.
    if (resources.has(name) || (typeUrl === VIRTUAL_HOST && isServedByDomain(latest, name))) return undefined
    // Of a subscription to everything, the server decides what is in it: a name has an error only if the snapshot gives it one. So it
    // is with a glob collection, which may be empty.
    const isAsked = subscription.names.has(name) && !isCollection(name)
    const error = given.get(name) ?? (isAsked ? explain(typeUrl, name) : undefined)
    return error && { name, ...error }
  }
  if (removed.length === 0 && isSameGiven) return { errors: NONE, sentErrors, errorOf }
  const due = new Map<string, NamedError>()
  const add = (name: string) => {
    const error = errorOf(name)
    if (error !== undefined) due.set(name, error)
  }
  for (const name of removed) add(name)
  const view = { base: target, overrides }
  const isDue = (name: string) =>
    !isSameError(given.get(name), sentErrors.byName.get(name)) &&
    isSubscribed(subscription, name) &&
    // The error of a name that the client still uses goes with the removal.
    isNothing(heldIn(view, name))
  if (!isSameGiven)
    for (const name of [...given.keys(), ...sentErrors.byName.keys()]) if (isDue(name)) add(name)
  const isRemembered = ([name, detail]: readonly [string, ErrorDetail]) =>
    isSameError(detail, sentErrors.byName.get(name))
  const byName = given.size === 0 ? NO_ERRORS : new Map([...given].filter(isRemembered))
  return { errors: fitErrors([...due.values()]), sentErrors: { given, byName }, errorOf }
}

/** Cuts long messages if the errors are too many bytes, so that each name keeps its code. Names that alone are too many are left out. */
export function fitErrors(errors: readonly NamedError[]): readonly NamedError[] {
  const nameBytes = bytesOf(errors.map(({ name }) => name))
  if (nameBytes + bytesOf(errors.map(({ message }) => message)) <= MAX_ERROR_BYTES) return errors
  const longest = Math.max(0, Math.floor((MAX_ERROR_BYTES - nameBytes) / errors.length / BYTES_PER_CHARACTER))
  const fitting: NamedError[] = []
  let bytes = 0
  for (const error of errors) {
    const message = error.message.slice(0, longest)
    bytes += bytesOf([error.name, message])
    if (bytes > MAX_ERROR_BYTES) break
    fitting.push({ ...error, message })
  }
  return fitting
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}

/** What the client remembers after a response with these errors. Those that the snapshot does not give need no entry. */
export function withSent(sentErrors: SentErrors, errors: readonly NamedError[] = NONE): SentErrors {
  const { given, byName } = sentErrors
  // A message may have been cut, and counts as whole.
  const more = errors.flatMap(({ name }) => {
    const detail = given.get(name)
    return detail === undefined ? [] : [[name, detail] as const]
  })
  if (more.length === 0) return sentErrors
  return { given, byName: new Map([...byName, ...more]) }
}
