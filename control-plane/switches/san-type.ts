// The type of a name in a certificate. A name of one type never stands for the same text as another type.

import { isIP } from 'node:net'

export type SanType = 'uri' | 'dns' | 'ip' | 'email'

export function sanTypeOf(san: string): SanType {
  if (isIP(san) !== 0) return 'ip'
  if (/^[a-z][a-z0-9+.-]*:/i.test(san)) return 'uri'
  return san.includes('@') ? 'email' : 'dns'
}
