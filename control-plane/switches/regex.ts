// Regular expressions in RE2's syntax, which Envoy and all gRPC clients match in linear time: https://github.com/google/re2/wiki/Syntax

import { RE2JS } from 're2js'
import type { Unsupported } from './grpc-clients.ts'

/**
 * In RE2's instructions. Envoy's own limit of 100 is too low for a few names of services, so `envoy-bootstrap/bootstrap.ts`
 * raises it. An Envoy with another bootstrap NACKs what is too large for it.
 */
const MOST_INSTRUCTIONS = 1_000

/** What is wrong with a regular expression, as the rest of a sentence about it; undefined if Envoy and RE2 accept it. */
export function regexProblem(regex: string): string | undefined {
  const compiled = compile(regex)
  if (typeof compiled === 'string') {
    return `is not a regular expression in the syntax of RE2, which has neither lookaround nor backreferences: ${compiled}. See https://github.com/google/re2/wiki/Syntax`
  }
  return compiled.programSize() > MOST_INSTRUCTIONS
    ? `is too large: RE2 compiles it to ${compiled.programSize()} instructions, and ${MOST_INSTRUCTIONS} are allowed. Write smaller counts, or several rules`
    : undefined
}

/**
 * As clients get it. Node's client puts the text between `^` and `$`, which bind tighter than `|`: without the group, `a|b` would
 * match whatever begins with a (seen with @grpc/grpc-js-xds 1.14.1).
 */
export function toWireRegex(regex: string): string {
  return regex.includes('|') ? `(?:${regex})` : regex
}

/** Above it, Node's client has room for too few copies; see below. */
const MOST_INSTRUCTIONS_IN_NODE = 100

/**
 * What the client for Node does with a regular expression that `regexProblem` accepts. It compiles every regular expression again
 * whenever a route, a cluster or an endpoint changes, in a WebAssembly memory of 16 MiB from which nothing is freed. When the memory
 * is full, the process ends. A small expression fits thousands of times, the table of a Unicode class about a hundred times (seen with
 * @grpc/grpc-js-xds 1.14.1 and re2-wasm 1.0.2).
 */
export function regexInNode(regex: string): Omit<Unsupported, 'client' | 'steps'> | undefined {
  const compiled = compile(regex)
  if (typeof compiled === 'string') return undefined
  // Escaped characters begin neither a class nor a group.
  const unescaped = regex.replace(/\\[^pP]/gs, '')
  const groups = unescaped.match(/\(\?P?<(?![=!])/g) ?? []
  if (groups.length !== Object.keys(compiled.namedGroups()).length) {
    const effect = 'is read as "(?P<"'
    return { what: 'the text "(?<"', effect, fix: 'write it as "\\(\\?<"', breaks: true }
  }
  if (/\\[pP]/.test(unescaped)) {
    const effect = 'ends the process after about a hundred changes of its configuration'
    return { what: 'a Unicode class', effect, fix: 'write the letters, such as [A-Za-z]', breaks: true }
  }
  if (mixesCases(unescaped)) {
    const effect = 'may lose the other case of a letter'
    const fix = 'write "(?i)" at the start of the expression, or list both cases as alternatives'
    return { what: 'a letter in one case beside the same letter in any case', effect, fix, breaks: true }
  }
  const size = compiled.programSize()
  if (size > MOST_INSTRUCTIONS_IN_NODE) {
    const what = `a regular expression of ${size} instructions, more than ${MOST_INSTRUCTIONS_IN_NODE},`
    const effect = 'ends the process after some hundred changes of its configuration'
    return { what, effect, fix: 'write smaller counts, or several rules', breaks: true }
  }
  return {
    what: 'a regular expression',
    effect:
      'takes memory at each change of the configuration, and ends the process after some thousand changes',
    fix: 'compare without one if you can',
  }
}

/** Flags of the whole expression, flags anywhere, and the last class of two letters, or the last character, of an alternative. */
const WHOLE_FLAGS = /^\(\?[a-zA-Z]+\)/
const FLAGS = /\(\?[a-zA-Z]*(-[a-zA-Z]*)?[:)]/g
const ENDS = /(?:\[\p{L}{2}\]|.)(?=[|)]|$)/gsu

/**
 * Whether alternatives may be one letter in one case and then the same letter in any case, such as `a|[aA]` or `a|(?i)a`. The engine of
 * Node's client joins them to a class, finds the letter there already, and does not add its other case (seen with re2-wasm 1.0.2;
 * Envoy's RE2 adds it). Some answers are yes without need: flags and other classes count wherever they are.
 */
function mixesCases(unescaped: string): boolean {
  if (!unescaped.includes('|')) return false
  const flags = unescaped.replace(WHOLE_FLAGS, '').match(FLAGS) ?? []
  if (flags.some((flag) => flag.includes('i'))) return true
  const ends = unescaped.match(ENDS) ?? []
  const others = ends.filter((end) => !isBothCases(end))
  return ends
    .filter(isBothCases)
    .some((both) => others.some((end) => end.endsWith(']') || both.includes(end)))
}

function isBothCases(end: string): boolean {
  const [one = '', other = ''] = end.slice(1, -1)
  return other !== '' && one.toLowerCase() === other.toLowerCase()
}

/** With a group around it, as on the wire: what is open at its end, such as `\Q`, must not swallow what clients put behind it. */
function compile(regex: string): RE2JS | string {
  try {
    return RE2JS.compile(`(?:${regex})`)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
