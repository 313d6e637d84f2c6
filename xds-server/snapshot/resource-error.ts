// Why a name has no resource: the errors that a snapshot gives for names that it lacks.
// https://github.com/cncf/xds/blob/main/proposals/TP3-xds-error-propagation.md

import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { describe } from '../../core/option-checks.ts'
import { canonicalTypeUrl, describeType } from './resource-type.ts'
import { hasTypedName } from './type-url-checks.ts'
import { canonicalName } from './xdstp-name.ts'

/**
 * Why a client does not get a resource: a status of gRPC. Clients that read errors show it to their callers.
 *
 * @example
 * ```ts
 * import { ROUTE, type ResourceError } from 'switchyard'
 *
 * const denied: ResourceError = { typeUrl: ROUTE, name: 'billing', code: 7, message: 'edge may not call billing' }
 * cache.setSnapshot('edge', [cluster, endpoints, listener], { errors: [denied] })
 * ```
 */
export interface ResourceError extends ErrorDetail {
  readonly typeUrl: string
  readonly name: string
}

/**
 * A status of gRPC: a code and a message.
 *
 * @example
 * ```ts
 * import type { ErrorDetail } from 'switchyard'
 *
 * const gone: ErrorDetail = { code: 5, message: 'billing moved to the group "payments"' }
 * ```
 */
export interface ErrorDetail {
  /**
   * A gRPC status code, 1 to 16. Clients may drop what they have under the name at 5 (NOT_FOUND) and 7 (PERMISSION_DENIED), and keep
   * it at any other.
   */
  readonly code: number
  /** For people, up to 1,024 characters. */
  readonly message: string
}

/** Makes the error of a name that the snapshot gives none for. */
export type Explain = (typeUrl: string, name: string) => ErrorDetail

/** The errors of one type, by name. */
export type ErrorsByName = ReadonlyMap<string, ErrorDetail>
/** By type URL. */
export type ErrorsByType = ReadonlyMap<string, ErrorsByName>

export const NO_ERRORS: ErrorsByName = new Map()

const UNKNOWN = 2
const NOT_FOUND = 5
const UNAVAILABLE = 14
const MAX_CODE = 16
const MAX_MESSAGE = 1_024

const FORM = "give { typeUrl: CLUSTER, name: 'echo', code: 5, message: 'gone' }"

/** The error of a name that nobody gave one. */
export function notFound(group: string, typeUrl: string, name: string): ErrorDetail {
  const message = `group "${group}" has no ${describeType(typeUrl)} "${name}"`
  return { code: NOT_FOUND, message: message.slice(0, MAX_MESSAGE) }
}

/** The error of every name in a group without a snapshot: nothing is known to be missing, and nothing is answered. */
export function withoutSnapshot(group: string): ErrorDetail {
  const reason = 'has no snapshot, so nothing is answered: set one, or fix the group of the client'
  return { code: UNAVAILABLE, message: `group "${group.slice(0, MAX_MESSAGE - 128)}" ${reason}` }
}

/** The error of a name if the user's code fails to make one. */
export function failedToExplain(reason: string): ErrorDetail {
  return { code: UNKNOWN, message: reason.slice(0, MAX_MESSAGE) }
}

/** An error of the user's code, with a long message cut: it may name what a client asks for. @throws Error if its code is no error */
export function checkError({ code, message }: ErrorDetail): ErrorDetail {
  const problem = problemInCode(code)
  if (problem !== undefined) throw new Error(`code: ${problem}`)
  return { code, message: message.slice(0, MAX_MESSAGE) }
}

export function isSameError(a: ErrorDetail | undefined, b: ErrorDetail | undefined): boolean {
  return a?.code === b?.code && a?.message === b?.message
}

/**
 * Errors by type and name.
 * @throws SwitchyardError `invalid-argument`, which lists all problems
 */
export function indexErrors(errors: Iterable<ResourceError>): ErrorsByType {
  const byType = new Map<string, Map<string, ErrorDetail>>()
  const problems: Problem[] = []
  for (const [index, given] of [...errors].entries()) {
    if (!hasTypedName(given) || typeof given.message !== 'string') {
      problems.push({
        path: `errors[${index}]`,
        message: `${describe(given)} is not an error of a name: ${FORM}`,
      })
      continue
    }
    const typeUrl = canonicalTypeUrl(given.typeUrl)
    const name = canonicalName(given.name)
    const names = byType.get(typeUrl) ?? new Map<string, ErrorDetail>()
    const found = problemIn(given) ?? (names.has(name) ? ['name', alreadyGiven(typeUrl, name)] : undefined)
    if (found !== undefined) problems.push({ path: `errors[${index}].${found[0]}`, message: found[1] })
    byType.set(typeUrl, names.set(name, { code: given.code, message: given.message }))
  }
  if (problems.length === 0) return byType
  throw new SwitchyardError('invalid-argument', 'an error of a resource is invalid, so nothing was changed', {
    problems,
  })
}

function problemIn({ name, code, message }: ResourceError): readonly [string, string] | undefined {
  if (name === '') return ['name', 'must not be empty: name the resource that is missing']
  const problem = problemInCode(code)
  if (problem !== undefined) return ['code', problem]
  if (message.length > MAX_MESSAGE)
    return ['message', `has ${message.length} characters: use up to ${MAX_MESSAGE}`]
  return undefined
}

function problemInCode(code: number): string | undefined {
  if (Number.isInteger(code) && code >= 1 && code <= MAX_CODE) return undefined
  return `${code} is not an error: use a gRPC status code from 1 to ${MAX_CODE}, such as 5 (NOT_FOUND)`
}

function alreadyGiven(typeUrl: string, name: string): string {
  return `${describeType(typeUrl)} "${name}" has an error already: give each name one`
}

/** @throws SwitchyardError `invalid-argument` if there is an error for a resource that is served */
export function rejectErrorsOfServed(
  errors: ErrorsByType,
  types: ReadonlyMap<string, { readonly resources: { readonly has: (name: string) => boolean } }>,
): void {
  const problems: Problem[] = []
  for (const [typeUrl, names] of errors) {
    for (const name of names.keys()) {
      if (!types.get(typeUrl)?.resources.has(name)) continue
      const message = `${describeType(typeUrl)} "${name}" is in the snapshot: leave out the resource or its error`
      problems.push({ path: 'errors', message })
    }
  }
  if (problems.length === 0) return
  throw new SwitchyardError(
    'invalid-argument',
    'an error is for a resource that is served, so nothing was changed',
    {
      problems,
    },
  )
}

/** The errors after a change: those that it gives, and the earlier ones of names that it does not touch. */
export function changeErrors(
  previous: ErrorsByType | undefined,
  given: ErrorsByType,
  touched: readonly { readonly typeUrl: string; readonly name: string }[],
): ErrorsByType {
  if (previous === undefined) return given
  const changed = new Map([...previous].map(([typeUrl, names]) => [typeUrl, new Map(names)]))
  for (const { typeUrl, name } of touched) changed.get(typeUrl)?.delete(name)
  for (const [typeUrl, names] of given) {
    const own = changed.get(typeUrl) ?? new Map<string, ErrorDetail>()
    for (const [name, detail] of names) own.set(name, detail)
    changed.set(typeUrl, own)
  }
  return changed
}

/** The errors, as the previous ones where they are equal. Undefined if there are none. */
export function keepEqualErrors(
  previous: ErrorsByType | undefined,
  errors: ErrorsByType,
): ErrorsByType | undefined {
  const kept = new Map<string, ErrorsByName>()
  for (const [typeUrl, names] of errors) {
    const before = previous?.get(typeUrl)
    if (names.size > 0) kept.set(typeUrl, before !== undefined && isSame(before, names) ? before : names)
  }
  if (kept.size === 0) return undefined
  const isUnchanged =
    previous?.size === kept.size && [...kept].every(([typeUrl, names]) => previous.get(typeUrl) === names)
  return isUnchanged ? previous : kept
}

function isSame(a: ErrorsByName, b: ErrorsByName): boolean {
  return a.size === b.size && [...a].every(([name, detail]) => isSameError(detail, b.get(name)))
}
