// How an audit log goes on after a start: what its file ends with, and which line the next one refers to.

import { constants, type FileHandle, open, rename } from 'node:fs/promises'
import { type ChainLink, HEAD_SUFFIX, linkOf, readLine, START } from './audit-chain.ts'
import { readHead, verifyAudit } from './verify-audit.ts'

/** Longer than any line. */
const TAIL_BYTES = 1024 * 1024
/** Not for appending: a part of a line is replaced in place. */
export const CREATE = constants.O_RDWR | constants.O_CREAT

/** Undefined if there is no whole line. The fragment is what follows the last line break. */
interface Tail {
  readonly line: Buffer | undefined
  readonly fragment: Buffer
  readonly size: number
}

export async function readTail(file: FileHandle): Promise<Tail> {
  const { size } = await file.stat()
  const from = Math.max(0, size - TAIL_BYTES)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
  const bytes = buffer.subarray(0, bytesRead)
  const end = bytes.lastIndexOf('\n')
  const start = end <= 0 ? -1 : bytes.lastIndexOf('\n', end - 1)
  const line = end < 0 ? undefined : bytes.subarray(start + 1, end)
  return { line, fragment: bytes.subarray(end + 1), size }
}

/** What the next line refers to: the newest line that this control plane is sure about. */
export async function lastLink(
  path: string,
  { line: bytes }: Tail,
  report: (message: string) => void,
): Promise<ChainLink> {
  const head = await readHead(path + HEAD_SUFFIX)
  const line = bytes && readLine(bytes)
  const link = bytes && line && linkOf(line.number, bytes)
  if (head === undefined) {
    if (bytes === undefined) return START
    report(
      `${path}${HEAD_SUFFIX} is missing or damaged, so nobody knows whether lines are missing at the end of the log`,
    )
    return link ?? START
  }
  if (link?.digest === head.digest && link.number === head.number) return head
  if (bytes === undefined) {
    if (head.number > 0)
      report(`${path} begins with line ${head.number + 1}: keep the file with the lines before it`)
    return head
  }
  // An earlier process was killed after a line and before its head.
  if (link && line.number === head.number + 1 && line.previous === head.digest) return link
  if (link && line.number > head.number && (await verifyAudit([path])).problems.length === 0) return link
  report(
    `somebody has changed ${path} while no control plane ran: its last line is not line ${head.number}, which was the last`,
  )
  return head
}

/** A log of a version without a chain could not be verified. */
export async function moveAsideWithoutChain(path: string, report: (message: string) => void): Promise<void> {
  if ((await readHead(path + HEAD_SUFFIX)) !== undefined) return
  const file = await open(path, CREATE, 0o600)
  try {
    const first = Buffer.alloc(TAIL_BYTES)
    const { bytesRead } = await file.read(first, 0, TAIL_BYTES, 0)
    const [line = ''] = first.subarray(0, bytesRead).toString().split('\n', 1)
    if (bytesRead === 0 || readLine(Buffer.from(line)) !== undefined) return
    const aside = `${path}.before-chain-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    await rename(path, aside)
    report(
      `${path} had lines without the digests that protect them: it is ${aside} now, and a new log begins`,
    )
  } finally {
    await file.close()
  }
}
