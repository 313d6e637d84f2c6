// Verifies the chain of audit logs: finds lines that were changed, removed, inserted or moved.

import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Problem } from '../../core/errors.ts'
import { type ChainLink, HEAD_SUFFIX, linkOf, parseHead, readLine, START } from './audit-chain.ts'

const LINE_BREAK = 0x0a
/** The control plane writes no line as long as this. Without a limit, a file of one line would fill the memory. */
const MAX_LINE_BYTES = 1024 * 1024
/** Of a log that is no log at all, the first ones say enough. */
const MOST_PROBLEMS = 100

export interface AuditVerdict {
  /** Paths are `FILE:LINE`. Empty if the chain is unbroken. */
  readonly problems: readonly Problem[]
  /** What is worth knowing, and no problem. */
  readonly notes: readonly string[]
  /** How many lines the files have. */
  readonly lines: number
  /** The last line. Kept elsewhere, it proves later that the lines up to it are the same. */
  readonly head: ChainLink
}

/**
 * @param files oldest first, if the log was moved away now and then
 * @param known lines that were noted earlier: the log must have them
 * @throws Error of the file system if a file cannot be read
 */
export async function verifyAudit(
  files: readonly string[],
  known: readonly ChainLink[] = [],
): Promise<AuditVerdict> {
  const problems: Problem[] = []
  const notes: string[] = []
  const reject = (path: string, message: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push({ path, message })
  }
  const headFile = `${files.at(-1)}${HEAD_SUFFIX}`
  const head = await readHead(headFile)
  const wanted = new Map(
    [...known, ...(head && head.number > 0 ? [head] : [])].map((one) => [one.number, one.digest]),
  )
  let last = START
  let lines = 0
  for (const file of files) {
    let inFile = 0
    for await (const { bytes, isWhole } of linesOf(file)) {
      inFile += 1
      const path = `${file}:${inFile}`
      if (!isWhole) {
        notes.push(`${path}: is incomplete; the next start of the control plane records it`)
        break
      }
      lines += 1
      const line = readLine(bytes)
      if (line === undefined) {
        reject(path, 'is not a line of an audit log: somebody has changed or inserted it')
        continue
      }
      const problem = problemOfLine(line, last)
      if (problem !== undefined) reject(path, problem)
      last = linkOf(line.number, bytes)
      const expected = wanted.get(line.number)
      if (expected !== undefined && expected !== last.digest) {
        reject(
          path,
          `is not the line ${line.number} that was noted: somebody has changed it, or lines before it`,
        )
      }
      wanted.delete(line.number)
    }
  }
  for (const number of wanted.keys()) {
    const where = files.at(-1) ?? ''
    reject(
      where,
      `has no line ${number}, which was noted: it ends with ${last.number}, so lines at the end are missing`,
    )
  }
  if (head === undefined) {
    notes.push(
      `${headFile} is missing: lines that are missing at the end of the log are found only by --head`,
    )
  }
  return { problems, notes, lines, head: last }
}

function problemOfLine(
  { number, previous }: { number: number; previous: string },
  last: ChainLink,
): string | undefined {
  if (number === last.number + 1) {
    return previous === last.digest
      ? undefined
      : 'does not have the digest of the line before it: somebody has changed one of the two'
  }
  if (last === START) {
    return `is line ${number}, and the lines before it are missing: give the files that have them first, oldest first`
  }
  return number > last.number
    ? `is line ${number} after ${last.number}: the lines between are missing`
    : `is line ${number} after ${last.number}: somebody has inserted or moved it`
}

/** Undefined if the file is missing or damaged. */
export async function readHead(file: string): Promise<ChainLink | undefined> {
  try {
    return parseHead(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Lines as bytes: text would hide a change of bytes that are not UTF-8. */
async function* linesOf(file: string): AsyncGenerator<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(file)) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = rest.indexOf(LINE_BREAK); end >= 0; end = rest.indexOf(LINE_BREAK, start)) {
      yield { bytes: rest.subarray(start, end), isWhole: true }
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length <= MAX_LINE_BYTES) continue
    yield { bytes: rest, isWhole: true }
    rest = Buffer.alloc(0)
  }
  if (rest.length > 0) yield { bytes: rest, isWhole: false }
}
