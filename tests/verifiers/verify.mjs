// Verifies the token on standard input with jose, by the JWK set at an address, as another service would.
// Prints its claims, or the code of what is wrong with it.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { text } from 'node:stream/consumers'

const [address, issuer, audience, typ] = process.argv.slice(2)
try {
  const { payload } = await jwtVerify((await text(process.stdin)).trim(), createRemoteJWKSet(new URL(address)), {
    issuer,
    audience,
    typ,
    algorithms: ['ES256'],
  })
  console.log(JSON.stringify(payload))
} catch (error) {
  console.log(JSON.stringify({ code: error.code }))
}
