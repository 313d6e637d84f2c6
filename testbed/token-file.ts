// Reads tokens from a control plane's token file.

import { readFile } from 'node:fs/promises'
import { SwitchyardError } from '../core/errors.ts'

/** @throws SwitchyardError `unauthenticated` if the file cannot be read, or has no token with that name */
export async function readToken(file: string, name: string): Promise<string> {
  try {
    const tokens: Partial<Record<string, { readonly token?: string }>> = JSON.parse(
      await readFile(file, 'utf8'),
    )
    const { token } = tokens[name] ?? {}
    if (token !== undefined) return token
    if (Object.hasOwn(tokens, name))
      throw new Error('the file has its digest only, so use the token that REST answered')
    const readable = Object.entries(tokens).filter(([, one]) => one?.token !== undefined)
    throw new Error(`use one of ${readable.map(([one]) => one).join(', ')}`)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SwitchyardError('unauthenticated', `no token "${name}" in ${file}: ${reason}`, { cause })
  }
}
