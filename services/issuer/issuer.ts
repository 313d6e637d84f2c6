// The issuer as a process of its own: serves its key set, signs and rotates as commands on stdin say, and ends when stdin does.

import { SwitchyardError } from '../../core/errors.ts'
import { complainAs, EXIT_BAD_FLAGS, EXIT_FAILED, print, serveUntilTold } from '../service-process.ts'
import { isAlgorithm, parseIssuerFlags } from './issuer-flags.ts'
import { type IssuerServer, serveKeySet, serveTokens } from './issuer-server.ts'
import { createSigningKey, SIGNING_ALGORITHMS, TokenIssuer } from './token-issuer.ts'
import { readTokenRequest } from './token-request.ts'

const complain = complainAs('issuer')

type Command = (argument: unknown) => Promise<object>

/** Each by its name in a line such as `{"token":{"subject":"alice","audience":"echo","lifetime":600}}`. */
function commandsOf(issuer: TokenIssuer): Readonly<Record<string, Command>> {
  return {
    token: async (request) => ({ token: await issuer.sign(readTokenRequest(request)) }),
    publish: async (algorithm) => {
      if (!isAlgorithm(algorithm))
        throw new RangeError(
          `"${algorithm}" is not a signing algorithm; use one of ${SIGNING_ALGORITHMS.join(', ')}`,
        )
      const key = await createSigningKey(algorithm)
      issuer.publish(key)
      return { published: key.kid }
    },
    signWith: async (kid) => {
      issuer.signWith(String(kid))
      return { signing: issuer.signingKey.kid }
    },
    retire: async (kid) => {
      issuer.retire(String(kid))
      return { retired: kid }
    },
  }
}

/** Each line is answered by one, in turn. */
function obey(commands: Readonly<Record<string, Command>>, servers: readonly IssuerServer[]): void {
  const answer = async (line: string) => {
    try {
      const [[name, argument] = ['', undefined]] = Object.entries(JSON.parse(line) as object)
      const command = commands[name]
      if (command === undefined)
        throw new RangeError(`no command "${name}": there are ${Object.keys(commands)}`)
      print(await command(argument))
    } catch (thrown) {
      complain(thrown)
      print({ failed: (thrown as Error).message })
    }
  }
  let turn = Promise.resolve()
  serveUntilTold(
    (line) => {
      turn = turn.then(() => answer(line))
    },
    () => Promise.all(servers.map((server) => server.close())),
  )
}

async function main(args: readonly string[]): Promise<void> {
  const { issuer: name, listen, algorithm, tokens } = parseIssuerFlags(args)
  const issuer = await TokenIssuer.create(name, algorithm)
  const server = await serveKeySet(issuer, listen)
  const tokenServer = tokens && (await serveTokens(issuer, tokens))
  obey(commandsOf(issuer), tokenServer ? [server, tokenServer] : [server])
  const signing = issuer.signingKey.kid
  print({
    issuer: name,
    address: server.address,
    signing,
    ...(tokenServer && { tokens: tokenServer.address }),
  })
}

main(process.argv.slice(2)).catch((thrown: unknown) => {
  const error = SwitchyardError.from(thrown)
  complain(error)
  process.exit(error.problems.length > 0 ? EXIT_BAD_FLAGS : EXIT_FAILED)
})
