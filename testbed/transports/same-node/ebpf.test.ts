// Redirected packets skip the node; a kernel without TCX, or a user who may load no program, gets the reason.

import t, { type Test } from 'tap'
import { ProcessGroup } from '../../../processes/process-group.ts'
import { testFolder } from '../../../test/support/test-folder.ts'
import { measureSocketEcho, startSocketEcho } from '../socket-echo.ts'
import type { Transport } from '../transport.ts'
import { EBPF, missingKernel } from './ebpf.ts'
import { NFTABLES } from './nftables.ts'

t.test('O8.2: the redirect by eBPF needs Linux 6.6 and root', async (t) => {
  t.equal(missingKernel('6.6.0', 0), undefined)
  t.equal(missingKernel('7.0-rc1', 0), undefined)
  t.equal(missingKernel('6.18.44-generic', 1000), 'run it as root')
  t.equal(missingKernel('6.5.13', 0), 'Linux 6.6 or newer; this is 6.5.13')
  t.equal(missingKernel('5.15.0', 0), 'Linux 6.6 or newer; this is 5.15.0')
})

/** Packets at the node's two devices, and those that its programs redirected, after ten round trips. */
async function packetsOf(t: Test, transport: Transport) {
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const laid = await transport.lay(group, testFolder(t))
  const echo = await startSocketEcho(laid.server, laid.listen())
  const target = await laid.target(echo.address)
  await measureSocketEcho(laid.client, target, { messages: 10, bytes: 100 })
  const counts = Object.entries(await laid.counts())
  const sum = (name: RegExp) =>
    counts.reduce((total, [one, count]) => (name.test(one) ? total + count : total), 0)
  return {
    atNode: sum(/^node\/(lxc|veth)\d packets/),
    atPods: sum(/\/eth0 packets/),
    redirected: sum(/redirected/),
  }
}

t.test('O8.2: a redirected packet is at one device of the node, a forwarded one at both', async (t) => {
  const missing = EBPF.missing() ?? NFTABLES.missing()
  if (missing !== undefined) {
    if (process.env.CI === 'true') t.fail(missing)
    else t.plan(0, missing)
    return
  }
  const redirected = await packetsOf(t, EBPF)
  t.ok(redirected.atNode >= 20)
  t.equal(redirected.atNode, redirected.redirected)
  t.equal(redirected.atPods, 2 * redirected.atNode, 'it left one pod and entered the other')
  const forwarded = await packetsOf(t, NFTABLES)
  t.equal(forwarded.redirected, 0)
  t.ok(forwarded.atNode >= 40, 'twin: two devices count each packet')
})
