/** Text as UTF-8 bytes; a surrogate without its other half becomes U+FFFD. */
export function utf8Encode(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let size = 0;
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at)!;
    if (point < 0x80) {
      bytes[size++] = point;
    } else if (point < 0x800) {
      bytes[size++] = 0xc0 | (point >> 6);
      bytes[size++] = 0x80 | (point & 0x3f);
    } else if (point < 0x1_0000) {
      const whole = isSurrogate(point) ? REPLACEMENT : point;
      bytes[size++] = 0xe0 | (whole >> 12);
      bytes[size++] = 0x80 | ((whole >> 6) & 0x3f);
      bytes[size++] = 0x80 | (whole & 0x3f);
    } else {
      at++;
      bytes[size++] = 0xf0 | (point >> 18);
      bytes[size++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[size++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[size++] = 0x80 | (point & 0x3f);
    }
  }
  return bytes.slice(0, size);
}

/**
 * UTF-8 bytes as text. Bytes that are not UTF-8 become U+FFFD, one for each longest run that could
 * have started a character (Unicode 15, section 3.9, as in the WHATWG decoder).
 */
export function utf8Decode(bytes: Uint8Array): string {
  let text = "";
  let units: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at++]!;
    if (first < 0x80) {
      units.push(first);
    } else {
      const length = sequenceLength(first);
      let point = length === 0 ? REPLACEMENT : first & (0xff >> (length + 1));
      for (let count = 1; count < length; count++) {
        const next = at < bytes.length ? bytes[at]! : 0;
        if (!mayFollow(first, count, next)) {
          point = REPLACEMENT;
          break;
        }
        point = (point << 6) | (next & 0x3f);
        at++;
      }
      pushPoint(units, point);
    }
    if (units.length >= UNITS_PER_CHUNK) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

const REPLACEMENT = 0xfffd;
/** Few enough to pass as arguments of one call. */
const UNITS_PER_CHUNK = 1024;

function isSurrogate(point: number): boolean {
  return point >= 0xd800 && point <= 0xdfff;
}

/** How many bytes a character with this first byte takes; 0 when none starts so. */
function sequenceLength(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

/** Second bytes are restricted so that overlong forms, surrogates and numbers too large fail. */
function mayFollow(first: number, count: number, byte: number): boolean {
  if (count > 1) return byte >= 0x80 && byte <= 0xbf;
  const min = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const max = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return byte >= min && byte <= max;
}

function pushPoint(units: number[], point: number): void {
  if (point < 0x1_0000) {
    units.push(point);
    return;
  }
  units.push(0xd800 + ((point - 0x1_0000) >> 10), 0xdc00 + ((point - 0x1_0000) & 0x3ff));
}
