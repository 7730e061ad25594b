const UNTRUSTED = 'nobody that this device trusts has signed the broker’s certificate: see mqtt.ca_file'
const WRONG_NAME = 'the broker’s certificate is for another host name than that in mqtt.url'
const WANTS_CERTIFICATE = 'the broker wants a certificate of this device: see mqtt.cert_file'
const OURS_UNKNOWN = 'the broker does not trust who signed this device’s certificate'
const OURS_BAD = 'the broker does not take this device’s certificate'

/** What certificate checks and TLS alerts mean for whoever has to act. */
const MEANING: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the broker’s certificate has expired, or this device’s clock is wrong',
  CERT_NOT_YET_VALID: 'the broker’s certificate is not valid yet: is this device’s clock right?',
  CERT_REVOKED: 'the broker’s certificate was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: WRONG_NAME,
  HOSTNAME_MISMATCH: WRONG_NAME,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: WANTS_CERTIFICATE,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the broker says that this device’s certificate has expired',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'the broker says that this device’s certificate was revoked',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: OURS_UNKNOWN,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: OURS_BAD,
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: OURS_BAD,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: OURS_BAD,
  ERR_SSL_WRONG_VERSION_NUMBER: 'no TLS is spoken there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no TLS is spoken there',
}

/**
 * @param code of Node's certificate checks or of OpenSSL
 * @returns what it means, with the code; undefined if it has nothing to do with TLS
 */
export function tlsCause(code: string): string | undefined {
  const meaning = MEANING[code]
  if (meaning !== undefined) return `${meaning} (${code})`
  // They name certificates, signatures or the protocol.
  const isTls = /^ERR_(SSL|TLS|OSSL)_|CERT|SIGNATURE|_CRL|^EPROTO$|^UNABLE_TO_/.test(code)
  return isTls ? `TLS failed (${code})` : undefined
}
