// Verifies audit logs, and prints the newest line for later runs.

import { dirname, join } from 'node:path'
import type { ChainLink } from '../../../control-plane/access/audit-chain.ts'
import { verifyAudit } from '../../../control-plane/access/verify-audit.ts'
import { SwitchyardError } from '../../../core/errors.ts'
import { findTestbed } from '../../find-control-plane.ts'
import { report } from '../../output/print.ts'

/** @throws SwitchyardError `state-damaged` with each broken place */
export async function verify(files: readonly string[], known: readonly ChainLink[]): Promise<void> {
  const logs = files.length > 0 ? files : [await logOfTestbed()]
  const { problems, notes, lines, head } = await readAndVerify(logs, known)
  for (const note of notes) report(note)
  if (problems.length > 0) {
    throw new SwitchyardError('state-damaged', 'the audit log is not as the control plane wrote it:', {
      problems,
    })
  }
  process.stdout.write(`unbroken: ${lines} lines, the newest is ${head.number}:${head.digest}\n`)
}

async function readAndVerify(files: readonly string[], known: readonly ChainLink[]) {
  try {
    return await verifyAudit(files, known)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('invalid-argument', `the audit log cannot be read: ${reason}`, { cause })
  }
}

/** It is beside the tokens. */
async function logOfTestbed(): Promise<string> {
  const { tokens } = await findTestbed('start one with "yard up", or name the audit.jsonl of "yard serve"')
  return join(dirname(tokens), 'audit.jsonl')
}
