import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type SecureContextOptions, type TlsOptions } from 'node:tls'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { pem, rsaPair } from './support/keys.ts'
import { listen, serveRaw } from './support/loopback.ts'
import { selfSignedCertificate } from './support/openssl.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'
const { privateKey } = rsaPair('server')
const certificates = { trusted: '', ofAnotherHost: '', untrusted: '' }
beforeAll(async () => {
  const certificateOf = (name: string) =>
    selfSignedCertificate(privateKey, { subject: `/CN=${name}`, names: `DNS:${name}` })
  certificates.trusted = await certificateOf('localhost')
  certificates.untrusted = await certificateOf('localhost')
  certificates.ofAnotherHost = await certificateOf('example.com')
})

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'connections-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

/** Our two ways out of a function, each in a process that was started with that environment: `OK`, or the code of what kept it from going. */
const WAYS = {
  'to WeChat Pay': `
    import { createSend } from './lib/wechatpay/send.ts'
    const send = createSend(new URL(process.argv[1]), { timeoutMs: 3000, maxAnswerBytes: 65536, maxIdleMs: 5000 })
    const sent = await send({ method: 'POST', target: '/', headers: { Authorization: 'SECRET' }, body: '{}' })
    console.log(sent.kind === 'answered' ? 'OK' : sent.reason)`,
  'to AWS': `
    import { createRequestHandler } from './lib/aws/sdk/request-handler.ts'
    const { protocol, hostname, port } = new URL(process.argv[1])
    const handler = createRequestHandler({ connectionTimeout: 3000, requestTimeout: 3000 })
    const headers = { host: new URL(process.argv[1]).host, Authorization: 'SECRET' }
    const request = { protocol, hostname, port: Number(port), method: 'POST', path: '/', headers, body: '{}' }
    console.log(await handler.handle(request).then(() => 'OK', ({ code }) => code))
    handler.destroy()`,
} as const

const ask = async (way: keyof typeof WAYS, origin: string, env: NodeJS.ProcessEnv) => {
  const { PATH } = process.env
  const args = ['--input-type=module', '-e', WAYS[way], origin]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env: { PATH, ...env } })
  return { said: stdout.trim(), stderr }
}

describe.each(Object.keys(WAYS) as (keyof typeof WAYS)[])('a request %s', (way) => {
  const trusting = async (certificate: string) => {
    const file = join(await folder(), 'ca.pem')
    await writeFile(file, certificate)
    return { NODE_EXTRA_CA_CERTS: file }
  }
  const tlsServer = async (certificate: string, more: TlsOptions & SecureContextOptions = {}) => {
    const seen: string[] = []
    const server = createServer({ key: pem(privateKey), cert: certificate, ...more }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        seen.push(chunk.toString('latin1'))
        socket.write(OK)
      })
    })
    server.on('tlsClientError', () => {})
    return { origin: `https://localhost:${await listen(server)}`, seen }
  }

  it('goes to a host whose certificate NODE_EXTRA_CA_CERTS makes trusted: whom to trust is the deployment’s to say', async () => {
    const { origin } = await tlsServer(certificates.trusted)

    expect((await ask(way, origin, await trusting(certificates.trusted))).said).toBe('OK')
  })

  it('sees no byte of it out to a certificate that nobody trusts, with NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const { origin, seen } = await tlsServer(certificates.untrusted)

    const { said } = await ask(way, origin, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })

    expect({ said, seen }).toEqual({ said: 'DEPTH_ZERO_SELF_SIGNED_CERT', seen: [] })
  })

  it('sees no byte of it out to a certificate of another host, with NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const { origin, seen } = await tlsServer(certificates.ofAnotherHost)
    const env = { ...(await trusting(certificates.ofAnotherHost)), NODE_TLS_REJECT_UNAUTHORIZED: '0' }

    const { said } = await ask(way, origin, env)

    expect({ said, seen }).toEqual({ said: 'ERR_TLS_CERT_ALTNAME_INVALID', seen: [] })
  })

  it.each([
    [
      'TLS 1.1',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      '--tls-min-v1.0 --tls-cipher-list=DEFAULT:@SECLEVEL=0',
    ],
    [
      'a cipher that hides nothing',
      { maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256:@SECLEVEL=0' },
      '--tls-cipher-list=NULL-SHA256:@SECLEVEL=0',
    ],
  ] as const)('does not go out by %s, whatever NODE_OPTIONS allows', async (_what, server, NODE_OPTIONS) => {
    const { origin, seen } = await tlsServer(certificates.trusted, server)

    const { said } = await ask(way, origin, { ...(await trusting(certificates.trusted)), NODE_OPTIONS })

    expect(said).toMatch(/^ERR_SSL_/)
    expect(seen).toEqual([])
  })

  it('goes to the host itself and not to a proxy of the environment', async () => {
    const { origin } = await tlsServer(certificates.trusted)
    const proxy = await serveRaw((socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    const address = `http://127.0.0.1:${proxy.port}`
    const env = {
      ...(await trusting(certificates.trusted)),
      NODE_USE_ENV_PROXY: '1',
      NODE_OPTIONS: '--use-env-proxy',
      HTTPS_PROXY: address,
      https_proxy: address,
      HTTP_PROXY: address,
      ALL_PROXY: address,
    }

    const { said } = await ask(way, origin, env)

    expect(said).toBe('OK')
    expect(proxy.sockets).toHaveLength(0)
  })

  it('leaves the keys of its connection in no file, and no trace of it in the log', async () => {
    const { origin } = await tlsServer(certificates.trusted)
    const file = join(await folder(), 'keys')
    const env = { ...(await trusting(certificates.trusted)), NODE_OPTIONS: `--tls-keylog=${file} --trace-tls` }

    const { said, stderr } = await ask(way, origin, { ...env, SSLKEYLOGFILE: file })

    expect(said).toBe('OK')
    expect(existsSync(file) ? await readFile(file, 'utf8') : '').toBe('')
    expect(stderr).not.toMatch(/ClientHello|SECRET/)
  })

  it.each([
    [
      'that an honest server cannot mean',
      '--insecure-http-parser',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      /^HPE_/,
    ],
    [
      'whose headers are beyond reason',
      '--max-http-header-size=1000000',
      `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\nContent-Length: 2\r\n\r\n{}`,
      /^HPE_HEADER_OVERFLOW$/,
    ],
  ])('takes no answer %s, whatever NODE_OPTIONS allows', async (_what, NODE_OPTIONS, answer, code) => {
    const server = await serveRaw((socket) => socket.end(answer))

    expect((await ask(way, `http://127.0.0.1:${server.port}`, { NODE_OPTIONS })).said).toMatch(code)
  })
})
