// A kernel without TCX, or a user who may load no program, gets the reason.

import t from 'tap'
import { missingKernel } from './ebpf.ts'

t.test('O8.2: the redirect by eBPF needs Linux 6.6 and root', async (t) => {
  t.equal(missingKernel('6.6.0', 0), undefined)
  t.equal(missingKernel('7.0-rc1', 0), undefined)
  t.equal(missingKernel('6.18.44-generic', 1000), 'run it as root')
  t.equal(missingKernel('6.5.13', 0), 'Linux 6.6 or newer; this is 6.5.13')
  t.equal(missingKernel('5.15.0', 0), 'Linux 6.6 or newer; this is 5.15.0')
})
