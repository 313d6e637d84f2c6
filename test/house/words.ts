// Patterns of the old style of writing, as data: each with what to write instead. docs/glossary.md has the words to use.

import type { SourceFile } from './rules.ts'

interface OldPattern {
  readonly pattern: RegExp
  readonly instead: string
}

export const OLD_PATTERNS: readonly OldPattern[] = [
  { pattern: /\bof (which|whom|what)\b/i, instead: 'two sentences' },
  { pattern: /\bbut for\b/i, instead: 'except' },
  { pattern: /\b(is|are|was|were) told\b/i, instead: 'is reported, or who reports it' },
  { pattern: /\bis none\b/i, instead: 'is not, or is missing' },
  { pattern: /\bfor who(ever)?\b/i, instead: 'for clients that, for users who' },
  { pattern: /\bone that (bears|has|is)\b/i, instead: 'a noun' },
  { pattern: /\b(bear|bears|borne)\b/i, instead: 'have, carry' },
  { pattern: /\bto be had\b/i, instead: 'available' },
  { pattern: /\b(the|its|a) begin\b/i, instead: 'beginning or start' },
  { pattern: /\bgo(es)? before\b/i, instead: 'override' },
  { pattern: /\bin (the )?place of\b/i, instead: 'instead of' },
  { pattern: /\bserved no more\b/i, instead: 'no longer' },
  { pattern: /\bwhat stands\b/i, instead: 'the contents' },
  { pattern: /\b(and|where) nobody looks\b/i, instead: 'what is not checked' },
  { pattern: /\bon trial\b/i, instead: 'pending' },
  { pattern: /\bso many\b/i, instead: 'the number' },
  { pattern: /\bmend(s|ed)?\b/i, instead: 'fix' },
  { pattern: /\bunfit\b/i, instead: 'invalid' },
  { pattern: /\bits? own words\b/i, instead: 'its error text' },
  { pattern: /\bknown are\b/i, instead: 'Use one of:' },
  { pattern: /\bnot known here\b/i, instead: 'unknown, and the names that are known' },
  { pattern: /\bhono(u)?r(s|ed)?\b/i, instead: 'support' },
  { pattern: /\bpassed over\b/i, instead: 'ignored' },
  { pattern: /\bwithout a word\b/i, instead: 'silently, or what is not reported' },
]

/** Legitimate uses, by path: the exact text that may contain a pattern. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'docs/glossary.md': [
    '| invalid | input breaks a rule | wrong, unfit |',
    '| pending | no verdict yet | waiting, on trial |',
  ],
}

/** Each use of an old pattern in the text of the files, as `PATH:LINE: …`. In TypeScript, JavaScript and Go only comments and strings count, in Python all but a test for None. */
export function findOldWords(
  files: readonly SourceFile[],
  allowed: Readonly<Record<string, readonly string[]>> = ALLOWED,
): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const kept = (allowed[path] ?? []).reduce((rest, one) => rest.replace(one, ''), line)
      const prose = proseIn(path, kept)
      return OLD_PATTERNS.flatMap(({ pattern, instead }) => {
        const found = pattern.exec(prose)?.[0]
        return found === undefined ? [] : `${path}:${index + 1}: "${found}"; write ${instead}`
      })
    }),
  )
}

const CODE = /\.(ts|js|go)$/

function proseIn(path: string, line: string): string {
  if (path.endsWith('.py')) return line.replaceAll(/\bis None\b/g, '')
  return CODE.test(path) ? proseOf(line) : line
}

/** Comments and strings of a line; line comments, lines of block comments, and quoted text have their marks. */
function proseOf(line: string): string {
  if (/^\s*(\/?\*|\/\/)/.test(line)) return line
  const strings = [...line.matchAll(/'([^']*)'|"([^"]*)"|`([^`]*)`/g)].map(([text]) => text)
  const comment = /\s\/\/ (.*)$/.exec(line)?.[1] ?? ''
  return [...strings, comment].join(' ')
}
