// Checks of the options that a caller gives. Each finds what is wrong with a value, and together they find all problems at once.

import { type Problem, SwitchyardError } from './errors.ts'

/** Finds what is wrong with the value at a path. */
export type Check = (value: unknown, path: string) => readonly Problem[]

/** A check of each option of `Options`: a missing check does not compile. */
export type ChecksOf<Options> = Readonly<Record<keyof Options & string, Check>>

/**
 * Options by name. An undefined option has its default, unless it is required. Names that have no check are problems too: a
 * misspelled option would have no effect.
 */
export function optionsWith(
  checks: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): Check {
  return (given, path) => {
    if (typeof given !== 'object' || given === null) return [problemAt(path, given, 'an object of options')]
    const at = (name: string) => (path === '' ? name : `${path}.${name}`)
    const options: Readonly<Record<string, unknown>> = { ...given }
    const known = Object.entries(checks).flatMap(([name, check]) => {
      const value = (given as typeof options)[name]
      return value === undefined && !required.includes(name) ? [] : check(value, at(name))
    })
    const unknown = Object.keys(options)
      .filter((name) => !Object.hasOwn(checks, name))
      .map((name) => ({
        path: at(name),
        message: `unknown option. Use one of: ${Object.keys(checks).join(', ')}`,
      }))
    return [...known, ...unknown]
  }
}

/** @param what the values that are valid, such as `a number above 1` */
export function valueWhere(isValid: (value: unknown) => boolean, what: string): Check {
  return (value, path) => (isValid(value) ? [] : [problemAt(path, value, what)])
}

export function oneOf(...values: readonly unknown[]): Check {
  return valueWhere((value) => values.includes(value), `one of: ${values.map(describe).join(', ')}`)
}

/** Milliseconds from 0 on, or Infinity for a time without an end. */
export const TIME: Check = valueWhere(
  (value) => isNumber(value) && value >= 0,
  'a number of milliseconds from 0 on',
)

/** Milliseconds above 0, or Infinity for a time without an end. */
export const POSITIVE_TIME: Check = valueWhere(
  (value) => isNumber(value) && value > 0,
  'a number of milliseconds above 0',
)

export const COUNT: Check = valueWhere(
  (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  'a whole number from 1 on',
)

export const FLAG: Check = valueWhere((value) => typeof value === 'boolean', 'true or false')

export const FUNCTION: Check = valueWhere((value) => typeof value === 'function', 'a function')

export const TEXT: Check = valueWhere((value) => typeof value === 'string', 'a text')

/** Anything that a loop goes through, except a text. */
export const LIST: Check = valueWhere((value) => isObject(value) && Symbol.iterator in value, 'a list')

export const OBJECT: Check = valueWhere(isObject, 'an object')

/** @param message what the options are of @throws SwitchyardError `invalid-argument` with all problems */
export function rejectProblems(message: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new SwitchyardError('invalid-argument', message, { problems })
}

function problemAt(path: string, value: unknown, what: string): Problem {
  return { path, message: `${describe(value)} is not ${what}` }
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

/** Lists are objects too. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Objects have no description: they may hold secrets, such as keys. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
