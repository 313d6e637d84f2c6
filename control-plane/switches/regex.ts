// Regular expressions in RE2's syntax, which Envoy and all gRPC clients match in linear time: https://github.com/google/re2/wiki/Syntax

import { RE2JS } from 're2js'

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
 * Why the client for Node must not get a regular expression that `regexProblem` accepts, as the rest of a sentence about it. That
 * client compiles every regular expression again whenever a route, a cluster or an endpoint changes, in a WebAssembly memory of
 * 16 MiB from which nothing is ever freed. When the memory is full, the process ends. A small expression fits thousands of times, the
 * table of a Unicode class a hundred times (seen with @grpc/grpc-js-xds 1.14.1 and re2-wasm 1.0.2).
 */
export function nodeRegexProblem(regex: string): string | undefined {
  const compiled = compile(regex)
  if (typeof compiled === 'string') return undefined
  // Escaped characters begin neither a class nor a group.
  const unescaped = regex.replace(/\\[^pP]/gs, '')
  if (/\\[pP]/.test(unescaped)) {
    return 'has a Unicode class, and would end the client for Node after about a hundred changes of its configuration: write the letters, such as [A-Za-z]'
  }
  if (compiled.programSize() > MOST_INSTRUCTIONS_IN_NODE) {
    return `is too large for the client for Node, which would end after some hundred changes of its configuration: RE2 compiles it to ${compiled.programSize()} instructions, and ${MOST_INSTRUCTIONS_IN_NODE} are allowed`
  }
  const named = unescaped.match(/\(\?P?<(?![=!])/g) ?? []
  return named.length === Object.keys(compiled.namedGroups()).length
    ? undefined
    : 'has "(?<" as plain text, which the client for Node changes to "(?P<": write it as "\\(\\?<"'
}

/** With a group around it, as on the wire: what is open at its end, such as `\Q`, must not swallow what clients put behind it. */
function compile(regex: string): RE2JS | string {
  try {
    return RE2JS.compile(`(?:${regex})`)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
