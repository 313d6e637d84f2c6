// WireGuard's keys are pairs, and without its tool or a kernel that has it, the reason is said.

import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import t from 'tap'
import { ProcessGroup } from '../../../processes/process-group.ts'
import { requireTool } from '../../../test/support/requirements.ts'
import { createHost } from '../network.ts'
import { addKernelDevice, createWireguardKeys } from './wireguard-node.ts'

/** PKCS #8 and SubjectPublicKeyInfo of X25519, before the key: https://www.rfc-editor.org/rfc/rfc8410 */
const PRIVATE = '302e020100300506032b656e04220420'
const PUBLIC = '302a300506032b656e032100'

t.test(
  'O8.3: both sides of WireGuard agree on a secret by their keys, which are new each time',
  async (t) => {
    const [one, other] = [createWireguardKeys(), createWireguardKeys()]
    const der = (hex: string) => ({ key: Buffer.from(hex, 'hex'), format: 'der' }) as const
    const secret = (own: string, peer: string) =>
      diffieHellman({
        privateKey: createPrivateKey({ ...der(PRIVATE + own), type: 'pkcs8' }),
        publicKey: createPublicKey({ ...der(PUBLIC + peer), type: 'spki' }),
      })
    t.same(secret(one.privateKey, other.publicKey), secret(other.privateKey, one.publicKey))
    t.not(one.privateKey, other.privateKey)
  },
)

t.test('O8.3: without wg(8), the kernel is not asked for WireGuard', async (t) => {
  if (!requireTool(t, 'network namespaces')) return
  const group = new ProcessGroup()
  t.teardown(() => group.stop())
  const node = await createHost(group, 'node')
  t.match(await addKernelDevice(node, false), /^wg\(8\) is missing: sudo apt-get install/)
  const reason = await addKernelDevice(node, true)
  const devices = await node.run('ip', 'link', 'show')
  t.equal(/ wg0: /.test(devices), reason === undefined, 'twin: the device is there, or the kernel has none')
})
