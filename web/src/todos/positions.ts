/** Where a to-do stands: a text of `0-9a-z` that does not end in `0`, so that between any two there is a third. */

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
const ROUND = "vutsrqponmlkjihg";

/** The place the service gives a new to-do, worked out from its id: before all older ones. */
export function first(id: string): string {
  return digits(id).replace(/./g, (digit) => ROUND[parseInt(digit, 16)]!);
}

/** The place of a new step: after all older ones. */
export function last(id: string): string {
  return `${digits(id)}i`;
}

function digits(id: string): string {
  return id.slice(0, 8) + id.slice(9, 13) + id.slice(15, 18) + id.slice(19, 23);
}

/** A text between two others; "" stands for the very beginning, and for the very end. */
export function between(before: string, after: string): string {
  let place = "";
  for (let at = 0; ; at++) {
    const low = at < before.length ? DIGITS.indexOf(before[at]!) : 0;
    const high = after && at < after.length ? DIGITS.indexOf(after[at]!) : DIGITS.length;
    if (high - low > 1) return place + DIGITS[Math.floor((low + high) / 2)]!;
    place += DIGITS[low]!;
    if (high !== low) after = "";
  }
}
