// A key pair of age, made without age: X25519 keys in bech32 (BIP 173), as the age format has them.

import { generateKeyPairSync } from 'node:crypto';

const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const CHECKSUM_CHARACTERS = 6;

/** Makes a key pair: the text of the public key and that of the secret key. */
export function ageKey() {
  const { privateKey } = generateKeyPairSync('x25519');
  const { d, x } = privateKey.export({ format: 'jwk' });
  return {
    publicKey: bech32('age', Buffer.from(x, 'base64url')),
    secretKey: bech32('age-secret-key-', Buffer.from(d, 'base64url')).toUpperCase(),
  };
}

function bech32(prefix, bytes) {
  const digits = inFives(bytes);
  const expanded = [...prefix].map((c) => c.charCodeAt(0));
  const head = [...expanded.map((c) => c >> 5), 0, ...expanded.map((c) => c & 31)];
  const sum = checksum([...head, ...digits, ...Array(CHECKSUM_CHARACTERS).fill(0)]) ^ 1;
  const check = Array.from({ length: CHECKSUM_CHARACTERS }, (_, at) => (sum >> (5 * (5 - at))) & 31);
  return `${prefix}1${[...digits, ...check].map((digit) => CHARSET[digit]).join('')}`;
}

function inFives(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.match(/.{1,5}/g).map((five) => parseInt(five.padEnd(5, '0'), 2));
}

function checksum(values) {
  return values.reduce((sum, value) => {
    const top = sum >>> 25;
    const next = ((sum & 0x1ffffff) << 5) ^ value;
    return GENERATOR.reduce((mixed, part, at) => ((top >> at) & 1 ? mixed ^ part : mixed), next);
  }, 1);
}
