// What yard says about a file without a CA. `test/policies/rest-tls.test.ts` has what it does with one.

import { join } from 'node:path'
import t from 'tap'
import { testFolder } from '../test/support/test-folder.ts'
import { trustAdminCa } from './trusted-ca.ts'

t.test('a file without a certificate is an error that says who named it', async (t) => {
  const damaged = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
  const folder = testFolder(t, { 'empty.pem': '', 'damaged.pem': damaged })
  const before = process.env.YARD_ADMIN_CA
  t.teardown(() => {
    if (before === undefined) delete process.env.YARD_ADMIN_CA
    else process.env.YARD_ADMIN_CA = before
  })
  process.env.YARD_ADMIN_CA = ''
  await t.resolves(trustAdminCa(), 'twin: none is named')
  for (const [file, reason] of [
    ['gone.pem', /ENOENT.*gone\.pem/],
    ['empty.pem', /empty\.pem has no certificate in PEM/],
    ['damaged.pem', /asn1|ASN1|too long|not enough/i],
  ] as const) {
    const path = join(folder, file)
    const message = (source: string) =>
      new RegExp(`^${source} needs a file with the CA: .*${reason.source}`, 'i')
    await t.rejects(trustAdminCa(path), { code: 'invalid-argument', message: message('--admin-ca') })
    process.env.YARD_ADMIN_CA = path
    await t.rejects(trustAdminCa(), { code: 'invalid-argument', message: message('YARD_ADMIN_CA') })
    process.env.YARD_ADMIN_CA = ''
  }
})
