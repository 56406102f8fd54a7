// Makes a certificate for localhost and 127.0.0.1 that signs itself, so that no private key lies in the repository.

/** A DER value: tag, length, content (ITU-T X.690). */
function der(tag: number, ...parts: (Uint8Array | number[])[]): Uint8Array {
  const content = Uint8Array.from(parts.flatMap((part) => [...part]));
  const n = content.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return Uint8Array.from([tag, ...length, ...content]);
}

const sequence = (...parts: (Uint8Array | number[])[]): Uint8Array => der(0x30, ...parts);
const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

/** An unsigned integer from big-endian bytes: no superfluous zeros, and none that reads as negative. */
function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const rest = bytes.subarray(start);
  return der(2, rest[0]! >= 128 ? [0] : [], rest);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).replace(/.{64}/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

const ECDSA_SHA256 = sequence(der(6, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
const COMMON_NAME = der(6, [0x55, 0x04, 0x03]);
const SUBJECT_ALT_NAME = der(6, [0x55, 0x1d, 0x11]);

/**
 * Makes a key and a certificate (RFC 5280), valid from 2020 to 2049.
 *
 * @returns Both as PEM; the certificate is also what a client has to trust.
 */
export async function makeCertificate(): Promise<{ cert: string; key: string }> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const privateKey = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, ascii("localhost")))));
  const names = sequence(der(0x82, ascii("localhost")), der(0x87, [127, 0, 0, 1]));
  const body = sequence(
    der(0xa0, der(2, [2])), // version 3
    integer(crypto.getRandomValues(new Uint8Array(8))),
    ECDSA_SHA256,
    name,
    sequence(der(0x17, ascii("200101000000Z")), der(0x17, ascii("491231235959Z"))),
    name,
    publicKey,
    der(0xa3, sequence(sequence(SUBJECT_ALT_NAME, der(4, names)))),
  );
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const raw = new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, body.slice()));
  const signature = sequence(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  const whole = sequence(body, ECDSA_SHA256, der(3, [0], signature));
  return { cert: pem("CERTIFICATE", whole), key: pem("PRIVATE KEY", privateKey) };
}
