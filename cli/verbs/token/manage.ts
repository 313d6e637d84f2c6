// Makes, lists and revokes tokens over REST, with an admin's token.

import type { Role, TokenList } from '../../../api/schemas/tokens.ts'
import { renderTable } from '../../../testbed/measure/table.ts'
import { findControlPlane } from '../../find-control-plane.ts'
import { print, report } from '../../output/print.ts'
import type { AdminFlags, OutputFlags } from '../flags.ts'

interface CreateFlags extends AdminFlags {
  readonly role: Role
  readonly fleet?: readonly string[]
  readonly lifetime?: string
}

/** Only the token is on standard output, so that a shell can keep it in a variable. */
export async function createToken(name: string, flags: CreateFlags): Promise<void> {
  const { admin, role, fleet, lifetime } = flags
  const rest = await findControlPlane(admin, 'admin')
  const { token, expiresAt } = await rest.createToken({
    ...{ name, role },
    ...(fleet && { fleets: fleet }),
    ...(lifetime !== undefined && { lifetime }),
  })
  process.stdout.write(`${token}\n`)
  report(`made the token ${name}: ${role}, until ${expiresAt}. It is not shown again`)
}

export async function listTokens({ admin, output }: AdminFlags & OutputFlags): Promise<void> {
  const rest = await findControlPlane(admin, 'admin')
  print(await rest.listTokens(), output, renderTokens)
}

export async function revokeToken(name: string, { admin }: AdminFlags): Promise<void> {
  const rest = await findControlPlane(admin, 'admin')
  await rest.deleteToken(name)
  report(`revoked the token ${name}`)
}

const COLUMNS = ['token', 'role', 'fleets', 'ends', 'made by'].map((title) => ({ title }))

function renderTokens({ tokens }: TokenList): string {
  const rows = tokens.map(({ name, role, fleets, expiresAt, isExpired, createdBy }) => [
    name,
    role,
    fleets?.join(', ') ?? 'all',
    `${expiresAt ?? 'never'}${isExpired ? ' (expired)' : ''}`,
    createdBy ?? 'its file',
  ])
  return renderTable(COLUMNS, rows)
}
