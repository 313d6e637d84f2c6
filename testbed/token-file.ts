// The tokens that a control plane keeps in a file, as the command reads them.

import { readFile } from 'node:fs/promises'
import { SwitchyardError } from '../core/errors.ts'

/** @throws SwitchyardError `unauthenticated` where the file cannot be read, or has no token of that name */
export async function readToken(file: string, name: string): Promise<string> {
  try {
    const tokens: Partial<Record<string, { readonly token: string }>> = JSON.parse(
      await readFile(file, 'utf8'),
    )
    const { token } = tokens[name] ?? {}
    if (token !== undefined) return token
    throw new Error(`there is none; there are ${Object.keys(tokens).join(', ')}`)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('unauthenticated', `no token "${name}" in ${file}: ${reason}`, { cause })
  }
}
