import pg from 'pg';

type Parser = (text: string) => unknown;

/** Those of `pg` that give JSON: booleans, small integers, json, lists of them and of texts, uuids and varchars. */
const plain = new Set([16, 21, 23, 26, 114, 3802, 199, 3807, 1000, 1005, 1007, 1009, 1015, 1016, 2951]);
const int8 = 20;
const floats = new Set([700, 701]);
const timestamptz = 1184;

/** Values as JSON. Whatever loses nothing as a number is one; all else is the text PostgreSQL writes. */
export const types = {
  getTypeParser: (oid: number): Parser => {
    if (oid === int8) return numberIfSafe;
    if (floats.has(oid)) return numberIfFinite;
    if (oid === timestamptz) return instant;
    return plain.has(oid) ? (pg.types.getTypeParser(oid) as Parser) : (text) => text;
  },
};

const numberIfSafe = (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
const numberIfFinite = (text: string) => (Number.isFinite(Number(text)) ? Number(text) : text);
/** RFC 3339, with all digits: `2026-01-01 00:00:00.123456+00` where the zone of the session is UTC. */
const instant = (text: string) => text.replace(/^(\d{4,}-\d\d-\d\d) (.*)\+00$/, '$1T$2Z');
