import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CertificateSpec {
  /** File name without its ending; also the common name. */
  readonly name: string
  /** Default `ca`; its own name: self-signed, an authority. */
  readonly signedBy?: string
  /** Default `IP:127.0.0.1,DNS:localhost`. */
  readonly altNames?: string
  /** `YYMMDDHHMMSSZ`; default: from yesterday to the day after tomorrow. */
  readonly from?: string
  readonly to?: string
}

export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: Buffer
  readonly key: Buffer
}

/** Authorities and certificates, made by openssl when a test needs them: none is ever committed. */
export class Certificates {
  /** @param folder an empty one; `ca`, an authority, is made at once */
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true })
    this.make({ name: 'ca', signedBy: 'ca' })
  }

  /** Makes or replaces one, with a new key. */
  make(spec: CertificateSpec): Certificate {
    const { name, signedBy = 'ca', altNames = 'IP:127.0.0.1,DNS:localhost' } = spec
    const isAuthority = signedBy === name
    const path = (ending: string): string => join(this.folder, `${name}.${ending}`)
    writeFileSync(join(this.folder, 'index.txt'), '')
    writeFileSync(join(this.folder, 'openssl.cnf'), authorityConf(this.folder, altNames, isAuthority))
    this.#openssl(
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-subj', `/CN=${name}`, '-keyout', path('key'), '-out', path('csr')],
    )
    this.#openssl(
      ...['ca', '-batch', '-notext', '-config', join(this.folder, 'openssl.cnf')],
      ...(isAuthority
        ? ['-selfsign', '-keyfile', path('key')]
        : ['-cert', join(this.folder, `${signedBy}.pem`), '-keyfile', join(this.folder, `${signedBy}.key`)]),
      ...['-startdate', spec.from ?? day(-1), '-enddate', spec.to ?? day(2)],
      ...['-in', path('csr'), '-out', path('pem')],
    )
    return this.read(name)
  }

  read(name: string): Certificate {
    const certFile = join(this.folder, `${name}.pem`)
    const keyFile = join(this.folder, `${name}.key`)
    return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) }
  }

  #openssl(...args: readonly string[]): void {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`openssl ${args.join(' ')} failed: ${stderr}`)
  }
}

/** Midnight so many days from now, as openssl wants it. */
function day(offset: number): string {
  const date = new Date(Date.now() + offset * 86_400_000).toISOString()
  return `${date.slice(2, 4)}${date.slice(5, 7)}${date.slice(8, 10)}000000Z`
}

function authorityConf(folder: string, altNames: string, isAuthority: boolean): string {
  return `[ca]
default_ca = this
[this]
new_certs_dir = ${folder}
database = ${folder}/index.txt
unique_subject = no
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
basicConstraints = critical,CA:${isAuthority ? 'TRUE' : 'FALSE'}
${isAuthority ? 'keyUsage = critical,keyCertSign' : `subjectAltName = ${altNames}`}
`
}
